"""PostgreSQL: connections, transactions, types, migrations, audit and outbox."""
