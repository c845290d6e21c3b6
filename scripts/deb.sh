#!/usr/bin/env bash
# npm run deb: makes a Debian package in .output. Nothing is installed, and root is not needed.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(node -p "require('./package.json').version")
architecture=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
home=$tree/usr/lib/bpfaudit

[ "${BPFAUDIT_BUILT:-}" = yes ] || scripts/build.sh
install -d "$home/node_modules" "$home/.output/bpf" "$home/bpf"
cp -r dist package.json "$home/"
find "$home/dist" -name '*.map' -delete
cp -r .output/bpf/core "$home/.output/bpf/"
cp -r bpf/include "$home/bpf/"
# What runs, and nothing that only builds or tests.
node -e '
	const { packages } = require("./package-lock.json");
	for (const [path, { dev }] of Object.entries(packages))
		if (path !== "" && !dev && require("node:fs").existsSync(path)) console.log(path);
' | while read -r package; do
	install -d "$home/$(dirname "$package")"
	cp -r "$package" "$home/$(dirname "$package")/"
done

install -d "$tree/usr/bin" "$tree/usr/sbin"
ln -s ../lib/bpfaudit/dist/bundle/bpfaudit.js "$tree/usr/bin/bpfaudit"
ln -s ../lib/bpfaudit/dist/bundle/bpfauditd.js "$tree/usr/sbin/bpfauditd"
install -D -m 640 etc/bpfaudit/bpfaudit.toml "$tree/etc/bpfaudit/bpfaudit.toml"
install -d -m 750 "$tree"/etc/bpfaudit/{policies.d,rules.d,plugins.d}
install -D -m 644 etc/systemd/bpfauditd.service "$tree/lib/systemd/system/bpfauditd.service"
completions=$tree/usr/share/bash-completion/completions
install -D -m 644 etc/bash-completion/bpfaudit "$completions/bpfaudit"
ln -s bpfaudit "$completions/bpfauditd"
for page in man/*; do
	install -D -m 644 "$page" "$tree/usr/share/man/man${page##*.}/${page##*/}"
	gzip -n -9 "$tree/usr/share/man/man${page##*.}/${page##*/}"
done
install -D -m 644 LICENSE "$tree/usr/share/doc/bpfaudit/copyright"
install -D -m 644 CHANGELOG.md "$tree/usr/share/doc/bpfaudit/changelog"
gzip -n -9 "$tree/usr/share/doc/bpfaudit/changelog"
cp -r docs examples "$tree/usr/share/doc/bpfaudit/"
cp -r etc/rules.d etc/audit "$tree/usr/share/doc/bpfaudit/examples/"

install -d "$tree/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
	-e "s/@SIZE@/$(du -k -s "$tree" | cut -f1)/" packaging/debian/control >"$tree/DEBIAN/control"
echo /etc/bpfaudit/bpfaudit.toml >"$tree/DEBIAN/conffiles"
install -m 755 packaging/debian/{postinst,prerm,postrm} "$tree/DEBIAN/"
chmod -R u+rwX,go+rX,go-w "$tree/usr" "$tree/lib"
chmod 755 "$tree" "$tree/etc" "$tree/etc/bpfaudit"

package=.output/bpfaudit_${version}_$architecture.deb
dpkg-deb --root-owner-group --build -Zxz -z1 "$tree" "$package"
