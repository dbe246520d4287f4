"""The kit: database, mail, jobs, forms, languages, tokens. It knows no word of the domain and imports no room."""
