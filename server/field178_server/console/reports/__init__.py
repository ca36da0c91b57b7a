"""Pages of the official report: calendar and board, draft, sign-off, freeze, files, template."""
