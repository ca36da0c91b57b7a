"""The ground under the pins: web-mercator places and offline map files. No Kivy here."""
