"""What keeps an instance in order: bringing its database up to date, backing it up, looking after its health."""
