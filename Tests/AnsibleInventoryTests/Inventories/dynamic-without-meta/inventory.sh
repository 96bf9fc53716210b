#!/bin/sh
case $1 in
--list) echo '{"masters": {"hosts": ["m1", "m2"]}}' ;;
--host) echo "{\"ansible_host\": \"$2.internal\", \"asked\": true}" ;;
esac
