"""Who gets a place: reviews of applications, the order of the waiting list. May import invitations and below."""
