"""Parts of pages that several capabilities show: exports, jobs, health, saved views, figures left out."""
