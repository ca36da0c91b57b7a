"""The frame around the screens: application, navigator, session, registry, account sheets."""
