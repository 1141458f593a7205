"""The servers that bin/up, bin/mavis and bin/test run on one machine.

    install      makes .venv, node_modules and build (plain Python, runs first)
    processes    child processes that cannot outlive us
    postgres     a real PostgreSQL, from a package
    valkey       a real Valkey, from a package
    folder       what is kept in .data: secrets, logs, who is running
    services     the commands of Mavis itself, as docker-compose.yml has them
    supervisor   starts them in order, watches them, stops them
    up, command  bin/up and bin/mavis

Never imported by the apps: in production others run these servers.
"""
