"""E-mail to officers: daily digest, e-mails on returns, and the outcome of each e-mail."""
