#!/usr/bin/env bash
# Installs the commands of a folder with their pages for man and completions for shells:
#   scripts/install.sh bin /usr/local
set -euo pipefail
bin=$1 prefix=$2

put() { # SOURCE MODE FILE: through standard input where the source is -
  mkdir -p "$(dirname "$3")"
  if [ "$1" = - ]; then cat > "$3"; else install -m "$2" "$1" "$3"; fi
  chmod "$2" "$3"
}

for name in vae-train vae-export vae-infer; do
  put "$bin/$name" 755 "$prefix/bin/$name"
  "$bin/$name" man | put - 644 "$prefix/share/man/man1/$name.1"
  "$bin/$name" completion bash | put - 644 "$prefix/share/bash-completion/completions/$name"
  "$bin/$name" completion zsh | put - 644 "$prefix/share/zsh/site-functions/_$name"
  "$bin/$name" completion fish | put - 644 "$prefix/share/fish/vendor_completions.d/$name.fish"
done
