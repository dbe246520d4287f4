"""What is known about a person: consents, export, erasure, retention. May import co_hosts and below."""
