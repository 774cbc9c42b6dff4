"""Builds gradus-core alone and checks that its dependency tree is pure Rust.

Fails if the tree names a crate of FORBIDDEN, a crate that declares a native library, or a build dependency that compiles
C, and if a build script of the build links a library or leaves an object file. Uses Python's own library only.
"""

import json
import pathlib
import re
import subprocess
import sys

CRATE = "gradus-core"
FORBIDDEN = {"tantivy", "reqwest", "rusqlite", "tokio"}
# Crates that find or compile native code when a build script calls them.
COMPILERS = {"autotools", "bindgen", "cc", "cmake", "cxx-build", "meson", "nasm-rs", "pkg-config", "vcpkg"}
# blake3 depends on cc in every build. With its feature `pure` the build script does not call cc, which the search for
# object files confirms.
UNUSED_COMPILERS = {("blake3", "cc")}
OBJECTS = {".a", ".dll", ".dylib", ".lib", ".o", ".obj", ".so"}


def cargo(*arguments):
    done = subprocess.run(["cargo", *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"error: `cargo {' '.join(arguments)}` failed")
    return done.stdout


def edges():
    """All pairs of a crate and its dependency, for every target, without dev-dependencies."""
    tree = cargo("tree", "--package", CRATE, "--locked", "--edges", "normal,build", "--target", "all",
                 "--prefix", "depth", "--no-dedupe", "--format", "{p}")
    parents = []
    found = set()
    for line in filter(None, tree.splitlines()):
        depth, name, version = re.match(r"(\d+)(\S+) v(\S+)", line).groups()
        del parents[int(depth):]
        found.add((parents[-1] if parents else None, (name, version)))
        parents.append((name, version))
    return found


def native_libraries():
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1"))
    return {(p["name"], p["version"]): p["links"] for p in metadata["packages"] if p["links"]}


def tree_faults(tree, links):
    for parent, (name, version) in sorted(tree, key=str):
        asks = f"`{parent[0]}` depends on `{name}`" if parent else f"the crate is `{name}`"
        if name in FORBIDDEN:
            yield f"{asks}, which is forbidden"
        if name.endswith("-sys"):
            yield f"{asks}, whose name is that of bindings to native code"
        if (name, version) in links:
            yield f"{asks}, which declares the native library `{links[name, version]}`"
        if name in COMPILERS and (parent and parent[0], name) not in UNUSED_COMPILERS:
            yield f"{asks}, which compiles or finds native code"


def build_faults():
    built = cargo("build", "--package", CRATE, "--locked", "--message-format", "json-render-diagnostics")
    for message in map(json.loads, built.splitlines()):
        if message["reason"] != "build-script-executed":
            continue
        script = f"the build script of `{message['package_id']}`"
        for library in message["linked_libs"]:
            yield f"{script} links `{library}`"
        objects = [file for file in pathlib.Path(message["out_dir"]).rglob("*") if file.suffix in OBJECTS]
        if objects:
            yield f"{script} makes object files or libraries: {len(objects)}"


def main():
    tree = edges()
    faults = sorted({*tree_faults(tree, native_libraries()), *build_faults()})
    for fault in faults:
        print(f"error: {CRATE}: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"{CRATE}: {len({crate for _, crate in tree}) - 1} crates in its tree, all of them Rust")


if __name__ == "__main__":
    main()
