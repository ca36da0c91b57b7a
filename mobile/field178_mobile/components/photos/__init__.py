"""Photos: attached, screened, shown, waited for."""
