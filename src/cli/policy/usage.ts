/** What `bpfaudit policy --help` shows. */
export const USAGE = `Usage: bpfaudit policy load [--monitor | --enforce] [--order N] POLICY...
       bpfaudit policy upgrade [--monitor | --enforce] [--order N] POLICY...
       bpfaudit policy unload NAME...
       bpfaudit policy list [--json]
       bpfaudit policy show [--json] NAME
       bpfaudit policy check POLICY...
       bpfaudit policy new NAME

Policies that stay when this command ends: their programs and maps are pinned in /sys/fs/bpf, so they decide and
log whether or not a daemon runs. POLICY is a folder with policy.toml, a manifest, or an object; for upgrade also
the name of a loaded policy, to change its mode or order.

  load        attach a policy; if anything fails, nothing of it stays, and no other policy is touched
  upgrade     attach the new version beside the loaded one, switch with one write, detach the old one:
              at any time exactly one of the two decides and logs
  unload      detach; what is pinned goes
  list        programs: hook, id, mode, generation, records, denials, losses, time; and who runs first
  show        everything about one policy
  check       say all that is wrong with a policy, and ask the verifier; nothing is attached
  new         write a policy to begin with: source, manifest, Makefile

  --monitor   run the policy and log what it would deny (permissive=1), but deny nothing
  --enforce   deny
  --order N   from 0 to 999: of the policies on a hook the lower number runs first     [manifest, or 50]
  --json      one JSON document
  -h, --help  show this

Examples:
  bpfaudit policy new guard && make -C guard
  bpfaudit policy check guard
  bpfaudit policy load guard --monitor          # see what it would deny
  bpfaudit policy upgrade guard --enforce       # now it denies
  bpfaudit policy list
  bpfaudit policy unload guard

Exit status: 0 done, 1 something failed (what could be done is done), 2 wrong usage.
`;
