"""Tables of the store, a module per family; `database/models.py` has all of them."""
