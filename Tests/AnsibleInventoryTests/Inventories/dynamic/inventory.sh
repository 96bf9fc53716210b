#!/bin/sh
[ "$1" = --list ] || exit 3
cat <<'JSON'
{"kube_control_plane": {"hosts": ["cp1", "cp2"], "vars": {"ansible_user": "dyn"}, "children": ["late"]},
 "late": ["cp3"], "alone": {"ansible_host": "10.0.0.8", "x": 1},
 "_meta": {"hostvars": {"cp1": {"ansible_host": "10.0.0.1", "n": 1.5, "t": true, "u": null, "s": "\u00e9"}, "ghost": {"a": 1}}}}
JSON
