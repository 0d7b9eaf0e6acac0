"""The Aura API: one client, its guard, its errors and its rate limit."""
