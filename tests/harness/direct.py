"""Stand-ins for the target shells, which are being written."""
import sys, json, collections
from contact_sync.store import Store
from contact_sync.core.model import Side
class Shim:
    def __init__(self, config): self.config=config
    def listen(self, stream):
        recs=collections.defaultdict(list); state=None
        for line in stream:
            m=json.loads(line)
            if m['type']=='RECORD': recs[m['stream']].append(m['record'])
            if m['type']=='STATE': state=m['value']
        with Store.open(self.config['sync_store']) as store:
            ex=self.executor(store)
            for s in self.streams:
                self.run(ex,s,recs[s])
            store.requests.clear_served(self.read_side)
            print(self.__class__.__name__, dict(ex.book.counts), file=sys.stderr)
        if state is not None: print(json.dumps(state))
class TC(Shim):
    read_side=Side.EXCHANGE
    streams=("accounts","contacts","individual_customers","removals")
    def executor(self, store):
        from target_c4c.executor import Executor
        from tap_c4c.connect import c4c_client
        from tap_c4c.tap import TapC4C
        cfg={**{k:v.get('default') for k,v in TapC4C.config_jsonschema['properties'].items() if 'default' in v}, **self.config}
        c=c4c_client(cfg); store.bind(Side.C4C,c.identity)
        return Executor(c,store)
    def run(self,ex,s,r): ex.run(r)
class TE(Shim):
    read_side=Side.C4C
    streams=("mailboxes","contacts","removals")
    def executor(self, store):
        from target_exchange_contacts.executor import Executor
        from tap_exchange_contacts.connect import exchange_client
        from tap_exchange_contacts.tap import TapExchangeContacts as T
        cfg={**{k:v.get('default') for k,v in T.config_jsonschema['properties'].items() if 'default' in v}, **self.config}
        c=exchange_client(cfg); store.bind(Side.EXCHANGE,c.identity)
        return Executor(c,store)
    def run(self,ex,s,r): ex.run(s,r)
TargetC4C=TC
TargetExchangeContacts=TE
