#!/bin/sh
# Install the Debian packages that some tests need: debian_packages.sh PACKAGE...
# Needs root and apt. Whatever comes of it, it never fails: a test that lacks its program says so and is skipped.
missing=""
for package; do
  dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "tests that need$missing will be skipped: only root can install them, with apt-get"
  exit 0
fi
echo "installing$missing for the tests"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 (a list of names)
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
  echo "tests that need$missing will be skipped: they could not be installed"
exit 0
