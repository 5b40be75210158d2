# Shell functions of scripts/play and scripts/test; to be sourced.
#
# Exit code 3: something is missing that only you can install. The line to run
# is printed.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

missing() {
    say "$1; run this, then ${0##*/} again:"
    printf '    %s\n' "$2" >&2
    exit 3
}

# Rust is the one thing that must be there.
need_rust() {
    command -v cargo >/dev/null || PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
    command -v cargo >/dev/null || missing "Rust is not installed" \
        "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    found=$(rustc --version | cut -d' ' -f2)
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
        missing "Rust $wanted is needed, this is $found" "rustup update stable"
}

# need_packages USE …: installs what is missing for these uses, where that can
# be done without asking. A second run only looks.
#
#   build    compiler and libraries            headers of ALSA and udev
#   window   a window in X11, Vulkan           loaded when it opens
#   sound    ALSA's way to a sound server
#   tests    own screen and sound server, keys, screenshots, the 6502 assembler
#   gauge    what counts instructions
need_packages() {
    local manager
    for manager in apt-get dnf pacman ''; do
        [ -z "$manager" ] || ! command -v "$manager" >/dev/null || break
    done
    local packages=() absent=() use
    for use; do
        # shellcheck disable=SC2206 # words
        packages+=($(packages_for "$manager" "$use"))
    done
    case $manager in
        apt-get)
            local there
            there=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
                sed -n 's/ installed$//p' || true)
            for use in "${packages[@]}"; do
                grep -qxF -- "$use" <<<"$there" || absent+=("$use")
            done
            [ ${#absent[@]} != 0 ] || return 0
            install_packages "${absent[*]}" "apt-get update" \
                "apt-get install -y --no-install-recommends --no-remove ${absent[*]}"
            ;;
        dnf)
            for use in "${packages[@]}"; do
                rpm -q --whatprovides "$use" >/dev/null 2>&1 || absent+=("$use")
            done
            [ ${#absent[@]} != 0 ] || return 0
            install_packages "${absent[*]}" "dnf install -y ${absent[*]}"
            ;;
        pacman)
            mapfile -t absent < <(pacman -T "${packages[@]}")
            [ ${#absent[@]} != 0 ] || return 0
            install_packages "${absent[*]}" "pacman -S --needed --noconfirm ${absent[*]}"
            ;;
        *)
            say "neither apt, dnf nor pacman is here; if something is missing, it is one of (names of Debian): $*"
            for use; do packages_for apt-get "$use" >&2; done
            ;;
    esac
}

packages_for() {
    case $1:$2 in
        apt-get:build) echo build-essential pkg-config libasound2-dev libudev-dev ;;
        apt-get:window) echo libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libvulkan1 mesa-vulkan-drivers ;;
        apt-get:sound) echo libasound2-plugins ;;
        apt-get:tests) echo xvfb xauth xdotool imagemagick pulseaudio pulseaudio-utils cc65 curl ;;
        *:gauge) echo valgrind ;;
        dnf:build) echo gcc pkgconf-pkg-config alsa-lib-devel systemd-devel ;;
        dnf:window) echo libX11-xcb libXcursor libXi libxkbcommon-x11 vulkan-loader mesa-vulkan-drivers ;;
        dnf:sound) echo alsa-plugins-pulseaudio ;;
        dnf:tests) echo xorg-x11-server-Xvfb xauth xdotool ImageMagick pulseaudio pulseaudio-utils cc65 curl ;;
        pacman:build) echo base-devel alsa-lib systemd-libs ;;
        pacman:window) echo libx11 libxcursor libxi libxkbcommon-x11 vulkan-icd-loader vulkan-swrast ;;
        pacman:sound) echo alsa-plugins libpulse ;;
        pacman:tests) echo xorg-server-xvfb xorg-xauth xdotool imagemagick pulseaudio cc65 curl ;;
    esac
}

# install_packages NAMES COMMAND …: runs the commands as root, or prints them.
install_packages() {
    local names=$1 become line command
    shift
    if [ "$(id -u)" = 0 ]; then
        become=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        become='sudo -n '
    else
        line=$(printf 'sudo %s && ' "$@")
        missing "system packages are missing ($names)" "${line% && }"
    fi
    say "installing $names"
    for command; do
        # shellcheck disable=SC2086 # words
        ${become}env DEBIAN_FRONTEND=noninteractive $command </dev/null >"$root/target/packages.log" 2>&1 || {
            tail -n 15 "$root/target/packages.log" >&2
            line=$(printf "${become:+sudo }%s && " "$@")
            missing "the system packages could not be installed ($names)" "${line% && }"
        }
    done
}
