"""A worker in Python: runs the actions of Greeting until SIGTERM or ctrl-C.

pip install -r requirements.txt; python3 worker.py "dbname=shop"    # or PGHOST, PGDATABASE … as for psql
"""
import os, signal, socket, sys, threading, traceback
import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb


def hello(globals):  # An action gets the globals, and returns what changes in them.
    if "name" not in globals:
        raise ValueError("nobody to greet")
    return {"greeting": f"Hello, {globals['name']}"}


def goodbye(globals):
    return {"parted": True}


PLAN = '{"main": ["Hello", ["Goodbye", {"max_attempts": 5}]]}'
ACTIONS = {"Greeting/Hello": hello, "Greeting/Goodbye": goodbye}
conninfo = sys.argv[1] if len(sys.argv) > 1 else ""
stopping = threading.Event()


def connect():
    return psycopg.connect(conninfo, autocommit=True, row_factory=namedtuple_row)


def keep_alive(worker):  # On a connection of its own: it must not wait for an action.
    try:
        with connect() as database:
            while not stopping.wait(3):
                if not database.execute("SELECT alive FROM backops.heartbeat(%s)", [worker]).fetchone().alive:
                    raise RuntimeError("the lease has ended: others have the jobs now")
                database.execute("SELECT backops.rescue()")
    except Exception:
        traceback.print_exc()
        os._exit(1)  # What runs must not go on without a lease; start the program anew.


def settle(database, call, values):  # Reports an outcome; "busy" is a row that somebody has locked for a moment.
    while (answer := database.execute(f"SELECT * FROM backops.{call}", values).fetchone()).outcome == "busy":
        stopping.wait(0.1)
    return answer


def run(database, worker, job):  # An action, and those that follow it at once.
    name, action, claim, globals = job.operation, job.action, job.claim_id, job.globals
    while claim:
        try:
            changes = Jsonb(ACTIONS[f"{name}/{action}"](globals))
            done = settle(database, "complete(%s, %s, %s, p_set => %s)", [worker, job.operation_id, claim, changes])
        except psycopg.OperationalError:
            raise  # The connection: whether it was recorded is not known. The lease will end, and the action runs again.
        except Exception as error:
            fault = [type(error).__name__, str(error), traceback.format_exc()]
            settle(database, "fail(%s, %s, %s, %s, %s, %s)", [worker, job.operation_id, claim, *fault])
            return
        action, claim, globals = done.action, done.next_claim_id, done.globals  # No claim unless the outcome is "advanced".


for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: stopping.set())
with connect() as database:
    database.execute("SELECT backops.register_definition('Greeting', %s)", [PLAN])
    register = "SELECT backops.register_worker(%s, %s, '{default}', %s) AS id"
    worker = database.execute(register, [socket.gethostname(), os.getpid(), list(ACTIONS)]).fetchone().id
    threading.Thread(target=keep_alive, args=[worker], daemon=True).start()
    database.execute("SELECT backops.unpark('Greeting')")
    while not stopping.is_set():
        for claim in ("claim", "claim_suspect"):  # What was running where a worker died comes alone; here everything does.
            if job := database.execute(f"SELECT * FROM backops.{claim}(%s)", [worker]).fetchone():
                run(database, worker, job)
                break
        else:
            stopping.wait(1)
    database.execute("SELECT backops.unregister_worker(%s)", [worker])
