"""Made-up data of one district and the play of the main job on it."""
