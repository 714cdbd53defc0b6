#!/bin/sh
# Makes the answers in this folder with the real software of Debian 12, so that the tests need none of it:
#   apt-get install squid nginx-light haproxy curl && sh capture.sh
# Each file is one answer as it came over the wire. What differs at each run (dates, names of this machine) is replaced.
set -eu
out=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null || true; rm -rf "$work"' EXIT

cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events {}
http {
  access_log off;
  client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
  uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  limit_req_zone \$binary_remote_addr zone=one:1m rate=1r/m;
  limit_req_status 429;
  server {
    listen 127.0.0.1:8801;
    location /basic { auth_basic "Members only"; auth_basic_user_file $work/users; }
    location /403 { deny all; }
    location /portal { return 302 https://portal.hotel.example/login?to=\$request_uri; }
    location /welcome { default_type text/html; return 200 '<!doctype html><title>Welcome to the hotel</title>'; }
    location /empty { return 200; }
    location /204 { return 204; }
    location /410 { return 410; }
    location /429 { limit_req zone=one; proxy_pass http://127.0.0.1:9; }
    location /502 { proxy_pass http://127.0.0.1:9; }
    location /503 { return 503; }
  }
}
CONF
printf 'ann:{PLAIN}x\n' >"$work/users"

deny() { printf '  http-request deny deny_status %s if { path /%s }\n' "$1" "$1"; }
{
  cat <<CONF
defaults
  mode http
  timeout client 2s
  timeout server 2s
  timeout connect 1s
  timeout http-request 1s
frontend all
  bind 127.0.0.1:8802
CONF
  for status in 400 403 404 405 408 410 413 429 500 502 503 504; do deny $status; done
  cat <<CONF
  http-request auth realm Gateway if { path /401 }
  default_backend none
backend none
CONF
} >"$work/haproxy.cfg"

squid_conf() {
  cat <<CONF
http_port 127.0.0.1:$1 accel defaultsite=auth.example no-vhost
cache_peer 127.0.0.1 parent 9 0 no-query originserver
pid_filename $work/squid$1.pid
cache_log $work/squid$1.log
access_log none
cache_effective_user proxy
visible_hostname proxy.example
cache deny all
shutdown_lifetime 0 seconds
pinger_enable off
$2
CONF
}
squid_conf 8803 'auth_param basic program /bin/cat
auth_param basic realm Squid proxy-caching web server
acl signedin proxy_auth REQUIRED
http_access deny !signedin
http_access allow all' >"$work/basic.conf"
squid_conf 8804 'auth_param negotiate program /bin/cat
acl signedin proxy_auth REQUIRED
http_access deny !signedin
http_access allow all' >"$work/negotiate.conf"
squid_conf 8805 'acl blocked urlpath_regex ^/403
http_access deny blocked
http_access allow all' >"$work/open.conf"

chmod -R a+rwX "$work"
nginx -c "$work/nginx.conf" 2>/dev/null & pids="$pids $!"
haproxy -f "$work/haproxy.cfg" >/dev/null 2>&1 & pids="$pids $!"
for each in basic negotiate open; do squid -N -f "$work/$each.conf" >/dev/null 2>&1 & pids="$pids $!"; done
sleep 4

take() {
  curl -si --max-time 20 -H 'authorization: Bearer token' "http://127.0.0.1:$2" |
    sed -E 's/^(Date|date): .*/\1: Sun, 15 Jun 2025 12:00:00 GMT\r/; s/Generated [^<]* by/Generated Sun, 15 Jun 2025 12:00:00 GMT by/; s/127\.0\.0\.1:88[0-9]{2}/auth.example/g; s/on [0-9a-f]{12}//' \
      >"$out/$1.http"
  test -s "$out/$1.http"
}
take nginx-401-basic 8801/basic
take nginx-302-portal 8801/portal
take nginx-200-welcome 8801/welcome
take nginx-200-empty 8801/empty
for status in 204 403 404 410 502 503; do take nginx-$status 8801/$status; done
curl -s 127.0.0.1:8801/429 >/dev/null
take nginx-429 8801/429
for status in 400 401 403 404 405 408 410 413 429 500 502 503 504; do take haproxy-$status 8802/$status; done
take squid-401-basic 8803/user
take squid-401-negotiate 8804/user
take squid-403 8805/403
take squid-502 8805/user
