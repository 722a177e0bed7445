"""The bundled example: two published reports, and dossiers made up so that they yield them."""
