"""How good matching is, measured on people of whom it is known who is who."""
