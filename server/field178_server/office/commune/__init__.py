"""What communes enter for the yearly figures: worker censuses, media posts, plans."""
