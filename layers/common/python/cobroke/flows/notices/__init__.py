"""Who is told what, in the app and through Telegram."""
