"""Code lists of an office: signed packs with changed rows, their publication, import and export."""
