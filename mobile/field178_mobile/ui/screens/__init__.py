"""The screens: each module builds one screen from the kit and draws one presenter's state."""
