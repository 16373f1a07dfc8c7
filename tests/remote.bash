# remote.bash - web servers and objects for the tests of the remote cache.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # cache.bash, bats and the helper set or use them
token=writer-0123456789 key=0123456789abcdef0123456789abcdef

remote_setup() {
	unset KTSTR_REMOTE_CACHE KTSTR_REMOTE_TOKEN KTSTR_REMOTE_TOKEN_FILE KTSTR_REMOTE_KEY \
		KTSTR_REMOTE_KEY_FILE KTSTR_REMOTE_PUSH KTSTR_OFFLINE KTSTR_WORK
	unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
	export KTSTR_NET_TRIES=1 KTSTR_NET_STALL=2
	built
}

# web: nginx with WebDAV on www/, its address in $web. Who has no token gets 401,
# a reader that writes 403.
web() {
	local try
	mkdir -p www nginx
	for try in 1 2 3 4 5; do
		web_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		web=http://127.0.0.1:$web_port/cache/
		sed "s|PORT|$web_port|; s|HERE|$PWD|g" >nginx/conf <<-'END'
			daemon off;
			master_process off;
			pid HERE/nginx/pid;
			error_log HERE/nginx/error;
			events { }
			http {
				access_log HERE/nginx/access;
				client_body_temp_path HERE/nginx/body;
				proxy_temp_path HERE/nginx/proxy;
				fastcgi_temp_path HERE/nginx/fastcgi;
				uwsgi_temp_path HERE/nginx/uwsgi;
				scgi_temp_path HERE/nginx/scgi;
				map "$http_authorization $request_method" $refused {
					default 401;
					"~^Bearer writer-0123456789 " 0;
					"Bearer reader-0123456789 PUT" 403;
					"~^Bearer reader-0123456789 " 0;
				}
				server {
					listen 127.0.0.1:PORT;
					client_max_body_size 0;
					location /cache/ {
						alias HERE/www/;
						if ($refused = 401) { return 401; }
						if ($refused = 403) { return 403; }
						dav_methods PUT;
					}
				}
			}
		END
		spawn nginx -p "$PWD/nginx" -c "$PWD/nginx/conf" -e "$PWD/nginx/error" >nginx/out 2>&1
		until_true answers_or_dead "$!" && kill -0 "$!" && return
	done
	cat nginx/out nginx/error
	return 1
}
answers_or_dead() {
	! kill -0 "$1" 2>/dev/null || (: <>"/dev/tcp/127.0.0.1/$web_port") 2>/dev/null
}

# faults FOLDER [REDIRECT-TO]: the server of remote-server.py, its address in
# $faults; its requests are in the file requests.
faults() {
	spawn python3 "$KTSTR_TOP/tests/remote-server.py" "$1" "$PWD/port" "${2-}" >requests 2>server.err
	until_true test -e port
	faults=http://127.0.0.1:$(cat port)
	rm port
}

# other_cache COMMAND...: with another cache than the one that put uses.
other_cache() { KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/other "$@"; }

# unpacked KEY: the object good/KEY.tar.zst, or else that in share/, as the folder
# object/.
unpacked() {
	rm -rf object
	mkdir object
	local from=share
	[ ! -d good ] || from=good
	zstd -qdc "$from/$1.tar.zst" | tar -C object -xf -
}

# packed KEY MEMBER...: the other way, with these members.
packed() {
	local name=$1
	shift
	rm -f "share/$name.tar.zst"
	tar -C object --owner=0 --group=0 --hard-dereference -cf - "$@" | zstd -q -o "share/$name.tar.zst"
}

# meta FILTER: change the metadata of object/.
meta() {
	jq "$1" object/metadata.json >object/new
	mv object/new object/metadata.json
}

# refused REASON: get of one is a miss with one warning, and leaves nothing.
refused() {
	run -1 --separate-stderr env KTSTR_CACHE_DIR="$BATS_TEST_TMPDIR/other" \
		KTSTR_REMOTE_CACHE=share ktstr-cache get one
	[ "$output" = "" ]
	echo "$stderr"
	[[ "$stderr" == "ktstr-cache: remote cache: 'one' was not fetched: "*$1* ]]
	[ "${#stderr_lines[@]}" = 1 ]
	other_nothing_left
}
other_nothing_left() {
	[ ! -e other/one ]
	[ -z "$(ls -A other/.tmp)" ]
}
