"""What each screen shows and does, without a widget: frozen states out, named setters in."""
