-- Which device this tablet was in a life, when it has been enrolled as another one since: the server holds
-- the receipts of that life under that name.
ALTER TABLE incarnation ADD COLUMN device TEXT;
