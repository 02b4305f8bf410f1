# Finds a JDK that is new enough. Sourced by ./mvnw and ./quafka, never run.
#
# find_jdk: sets JAVA_HOME to a JDK of version 25 or newer and exports it; otherwise says in one line what is missing and
# returns 1. The order: JAVA_HOME, then the java on PATH, then the usual places, the newest there first. Versions are read
# from the "release" file that every JDK has, because starting a JVM to ask costs more than all the rest.

JDK_FEATURE_MIN=25

# jdk_feature DIR: prints the feature version of the JDK in DIR (17, 25, ...), or nothing if there is no JDK.
jdk_feature() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9][0-9]*\).*/\1/p' "$1/release"
}

jdk_new_enough() {
    jdk_found=$(jdk_feature "$1")
    [ -n "$jdk_found" ] && [ "$jdk_found" -ge "$JDK_FEATURE_MIN" ]
}

# jdk_on_path: prints the home of the java on PATH, links followed, or nothing.
jdk_on_path() {
    jdk_java=$(command -v java) || return 0
    jdk_links=0
    while [ -L "$jdk_java" ] && [ "$jdk_links" -lt 32 ]; do
        jdk_target=$(readlink "$jdk_java")
        case $jdk_target in
            /*) jdk_java=$jdk_target ;;
            *) jdk_java=${jdk_java%/*}/$jdk_target ;;
        esac
        jdk_links=$((jdk_links + 1))
    done
    jdk_bin=$(CDPATH= cd -- "${jdk_java%/*}" 2>/dev/null && pwd -P) || return 0
    printf '%s\n' "${jdk_bin%/bin}"
}

find_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && jdk_new_enough "$JAVA_HOME"; then
        export JAVA_HOME
        return 0
    fi
    jdk_home=$(jdk_on_path)
    if [ -n "$jdk_home" ] && jdk_new_enough "$jdk_home"; then
        JAVA_HOME=$jdk_home
        export JAVA_HOME
        return 0
    fi
    jdk_best=
    jdk_best_feature=0
    for jdk_home in \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/* /opt/java/* /opt/jdk/* /usr/local/java/* /usr/local/lib/jvm/* \
        "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
        "${HOME:-/nonexistent}"/.local/share/mise/installs/java/* "${HOME:-/nonexistent}"/.asdf/installs/java/* \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if jdk_new_enough "$jdk_home" && [ "$jdk_found" -gt "$jdk_best_feature" ]; then
            jdk_best=$jdk_home
            jdk_best_feature=$jdk_found
        fi
    done
    if [ -n "$jdk_best" ]; then
        JAVA_HOME=$jdk_best
        export JAVA_HOME
        return 0
    fi
    echo "quafka: a JDK $JDK_FEATURE_MIN or newer is missing: install one (any vendor's), or set JAVA_HOME to where it lies" >&2
    return 1
}
