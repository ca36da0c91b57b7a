"""What officers do on the tablet: presenter and state of each feature, its screens beside them."""
