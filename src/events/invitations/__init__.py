"""Who is invited, what they answer, the lists they came from and the mails they get. May import itinerary and below."""
