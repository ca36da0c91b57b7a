"""E-mail to officers: what waits for them, once a day, and how each e-mail fared."""
