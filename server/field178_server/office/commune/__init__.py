"""What communes enter for the yearly figures: censuses, media posts, plans, counts of at-risk groups."""
