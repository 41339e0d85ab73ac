#!/usr/bin/env python3
"""Writes tests/fuzz/corpus: small inputs by hand, each of which is hostile in a way of its own.

usage: tests/fuzz/make_corpus.py [--check]
An input's name says what is wrong with it. Files that a fuzzer found (crash-*) are left alone; any other that is not
of this script is named and left too, and the status is 1. --check writes nothing, and names what differs.
"""
import json
import pathlib
import re
import sys

CORPUS = pathlib.Path(__file__).parent / "corpus"
INPUTS = {}


def write(target, name, data):
    path = CORPUS / target / re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    assert path not in INPUTS, path
    INPUTS[path] = data if isinstance(data, bytes) else data.encode()


# --- the value of --efa-pin ------------------------------------------------------------------------

WORDS = {
    "policies": [f"by:{p}" for p in "auto gpu nic numa l3 compact spread none".split()],
    "memories": [f"mem:{m}" for m in "keep prefer bind interleave".split()],
    "selections": [f"nic:{s}" for s in "closest balance all none efa0 0 0+1 map:0/1 map=0+1/2+3".split()],
    "counts": [f"{w}:{n}" for w in "nics ranks-per-nic smt reserve".split() for n in (1, 65536)],
    "levels": "verbose verbose:0 verbose:1 verbose:2 report report:text report:json".split(),
    "plain": "on off help dry-run strict force omp:fill omp:off omp:set gpu-env:keep gpu-env:set".split(),
}
BAD = {
    "unknown word": "bogus", "misspelt": "verbos", "case": "By:Nic", "blank before": " on", "blank after": "on ",
    "empty part": "on,,off", "comma alone": ",", "many commas": "," * 256, "trailing comma": "on,",
    "colon alone": ":", "equals alone": "=", "no name": ":nic", "no value": "by:", "no value but equals": "by=",
    "two colons": "by::nic", "two values": "by:nic:numa", "value of none": "on:1", "empty value of none": "off:",
    "empty verbose": "verbose:", "empty report": "report=", "verbose 3": "verbose:3", "verbose minus": "verbose:-1",
    "negative count": "nics:-1", "zero count": "smt:0", "count too large": "reserve:65537",
    "count past int": "nics:2147483648", "count past long": "nics:18446744073709551617", "count plus": "nics:+1",
    "count hex": "nics:0x10", "count float": "smt:1.5", "count exponent": "smt:1e9", "count blank": "smt: 1",
    "count tail": "smt:2x", "count leading zeros": "smt:000000000000000000002", "count arabic": "smt:٢",
    "nic empty": "nic:", "nic map empty": "nic:map:", "nic map slash": "nic:map:/", "nic map word": "nic:map",
    "nic plus": "nic:+", "nic plus end": "nic:0+", "nic plus start": "nic:+0", "nic no digit": "nic:abc",
    "nic misspelt": "nic:closet", "nic path": "nic:../../etc/passwd0", "nic twice": "nic:0+0", "nic map of map": "nic:map:map:0",
    "nic many": "nic:" + "+".join("0" * 126), "map many": "nic:map:" + "/".join("0" * 124),
    "nic huge number": "nic:99999999999999999999", "nic then none": "nic:0+1,nic:none", "map then closest": "nic:map:0/1,nic:closest",
    "named then map": "nic:0,nic:map:1/2", "report then silent": "report:json,verbose:0",
    "by empty equals": "by==nic", "mem unknown": "mem:membind", "omp unknown": "omp:on", "gpu env unknown": "gpu-env:cuda",
    "latin": b"by:n\xefc", "utf8": "by:ñic", "invalid utf8": b"\xff\xfe\x80", "nul": b"on\0off", "nul alone": b"\0",
    "newline": "on\noff", "escape": "\x1b[2Jon", "tab": "by:\tnic", "format": "%s%n%d{}", "braces": "nic:{}{0}",
    "shell": "$(id)", "quote": "'\";", "longest": "nic:" + "e0" * 126, "one too long": "nic:" + "e0" * 126 + "x",
    "far too long": "on," * 200, "all words": "off,help,dry-run,strict,force,report:json,verbose:2,by:l3,nic:map:a0+b1/c2,nics:2,"
    "ranks-per-nic:3,mem:bind,smt:2,reserve:4,omp:set,gpu-env:set",
}


def requests():
    write("request", "empty", "")
    for kind, words in WORDS.items():
        write("request", kind, ",".join(words)[:256].rpartition(",")[0] if kind == "counts" else ",".join(words))
        for word in words:
            write("request", f"good {word}", word)
    for name, text in BAD.items():
        write("request", f"bad {name}", text)


# --- hwloc XML -------------------------------------------------------------------------------------

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE topology SYSTEM "hwloc2.dtd">\n'


def mask(cpus):
    value = sum(1 << cpu for cpu in set(cpus))
    words = []
    while value or not words:
        words.insert(0, f"0x{value & 0xffffffff:08x}")
        value >>= 32
    return ",".join(words)


def obj(kind, inside="", cpus=None, nodes=None, **attributes):
    sets = {}
    if cpus is not None:
        sets |= {"cpuset": mask(cpus), "complete_cpuset": mask(cpus)}
    if nodes is not None:
        sets |= {"nodeset": mask(nodes), "complete_nodeset": mask(nodes)}
    words = "".join(f' {k}="{v}"' for k, v in (sets | attributes).items() if v is not None)
    return f'<object type="{kind}"{words}>{inside}</object>\n'


def pu(cpu, node=0, **more):
    return obj("PU", cpus=[cpu], nodes=[node], os_index=cpu, **more)


def core(cpus, node=0):
    return obj("Core", "".join(pu(c, node) for c in cpus), cpus, [node], os_index=cpus[0])


def numa(cpus, node=0, **more):
    return obj("NUMANode", '<page_type size="4096" count="1"/>', cpus, [node], os_index=node, local_memory=4096, **more)


def package(cpus, node=0, threads=1, inside=""):
    cores = [cpus[i:i + threads] for i in range(0, len(cpus), threads)]
    return obj("Package", numa(cpus, node) + "".join(core(c, node) for c in cores) + inside, cpus, [node], os_index=node)


def pci(bus, vendor, device, kind, inside="", **more):
    busid = f"0000:{bus:02x}:00.0"
    return obj("PCIDev", inside, pci_busid=busid, pci_type=f"{kind:04x} [{vendor:04x}:{device:04x}] [0000:0000] 00",
               pci_link_speed="0.000000", os_index=bus << 12, **more)


def efa(bus, name=None):
    return pci(bus, 0x1D0F, 0xEFA2, 0x0200, obj("OSDev", name=name or f"rdmap{bus}s0", osdev_type=3))


def gpu(bus):
    return pci(bus, 0x10DE, 0x2330, 0x0302)


def bridge(bus, inside):
    return obj("Bridge", inside, bridge_type="0-1", depth=0, bridge_pci=f"0000:[{bus:02x}-{bus + 8:02x}]")


def topology(inside, cpus, nodes=(0,), version="2.0", **more):
    machine = obj("Machine", inside, cpus, nodes, os_index=0, allowed_cpuset=mask(cpus), allowed_nodeset=mask(nodes), **more)
    return f'{HEAD}<topology version="{version}">\n{machine}</topology>\n'


def two_packages(threads=1, inside=("", ""), each=4):
    first, second = list(range(each)), list(range(each, 2 * each))
    return topology(package(first, 0, threads, inside[0]) + package(second, 1, threads, inside[1]), first + second, (0, 1))


def nested(depth):
    groups = "".join(f'<object type="Group" cpuset="0x1" nodeset="0x1" kind="{i}">' for i in range(depth))
    return topology(numa([0]) + groups + core([0]) + "</object>" * depth, [0])


def step(xml, words):
    return f"{xml}--- {words}\n"


def topologies():
    small = topology(package([0, 1]), [0, 1])
    nics = two_packages(2, (bridge(1, efa(16) + gpu(17)), bridge(32, efa(33) + gpu(34))))
    quick = {
        "one core": topology(numa([0]) + core([0]), [0]),
        "two packages": two_packages(), "smt": two_packages(2), "smt four": two_packages(4),
        "nics and gpus": nics,
        "nics above packages": topology(package([0, 1]) + bridge(1, efa(16) + efa(17)), [0, 1]),
        "gpu without vendor": two_packages(1, (bridge(1, pci(16, 0, 0, 0x0302)), "")),
        "gpu only in one package": two_packages(1, (bridge(1, gpu(16) + gpu(17)), "")),
        "nic without name": two_packages(1, (bridge(1, pci(16, 0x1D0F, 0xEFA0, 0x0200)), "")),
        "nic with empty name": two_packages(1, (bridge(1, efa(16, "")), "")),
        "nic names alike": two_packages(1, (bridge(1, efa(16, "efa0") + efa(17, "efa0")), "")),
        "nic name with control characters": two_packages(1, (bridge(1, efa(16, "a&#10;&#27;b")), "")),
        "nic name very long": two_packages(1, (bridge(1, efa(16, "e" * 4000)), "")),
        "nic address not one": two_packages(1, (bridge(1, efa(16).replace("0000:10:00.0", "hello")), "")),
        "nic address twice": two_packages(1, (bridge(1, efa(16) + efa(16)), "")),
        "nic outside a bridge": two_packages(1, (efa(16), "")),
        "pci type not one": two_packages(1, (bridge(1, efa(16).replace("0200 [1d0f:efa2]", "zz")), "")),
        "many nics": two_packages(1, (bridge(1, "".join(efa(b) for b in range(16, 48))), "")),
        "many gpus": two_packages(1, (bridge(1, "".join(gpu(b) for b in range(16, 48))), "")),
        "no NUMA node": topology(core([0]), [0]),
        "NUMA node without CPUs": topology(numa([0]) + numa([], 1) + core([0]), [0], (0, 1)),
        "NUMA nodes overlap": topology(numa([0, 1]) + numa([0, 1], 1) + core([0]) + core([1]), [0, 1], (0, 1)),
        "NUMA node spans others": topology(package([0, 1]) + package([2, 3], 1) + numa([0, 1, 2, 3], 2), range(4), (0, 1, 2)),
        "NUMA number huge": topology(numa([0], 4000) + core([0], 4000), [0], (4000,)),
        "no core but PUs": topology(numa([0, 1]) + pu(0) + pu(1), [0, 1]),
        "no PU": topology(numa([0]), [0]), "core without PU": topology(numa([0]) + obj("Core", "", [0], [0], os_index=0), [0]),
        "nothing in the machine": topology("", [0]),
        "duplicate PUs": topology(numa([0, 1]) + core([0]) + core([0]) + core([1]), [0, 1]),
        "PU in two packages": topology(package([0, 1]) + package([1, 2], 1), [0, 1, 2], (0, 1)),
        "PU outside its core": topology(numa([0, 1]) + obj("Core", pu(1), [0], [0], os_index=0), [0, 1]),
        "cpusets that do not match": topology(package([0, 1]), [4, 5]),
        "machine without cpuset": small.replace('type="Machine" cpuset="0x00000003"', 'type="Machine"'),
        "no cpuset at all": re.sub(r' (complete_|allowed_)?cpuset="[^"]*"', "", small),
        "no nodeset at all": re.sub(r' (complete_|allowed_)?nodeset="[^"]*"', "", small),
        "empty cpuset": re.sub(r'cpuset="[^"]*"', 'cpuset=""', small),
        "endless cpuset": re.sub(r'cpuset="0x00000003"', 'cpuset="0xf...f"', small),
        "endless cpuset everywhere": re.sub(r'cpuset="[^"]*"', 'cpuset="0xf...f"', small),
        "endless PU": topology(numa([0]) + core([0]).replace('"0x00000001"', '"0xf...f,0x00000001"'), [0]).replace('cpuset="0x00000001"', 'cpuset="0xf...f"'),
        "cpuset not one": re.sub(r'cpuset="[^"]*"', 'cpuset="zebra"', small),
        "cpuset negative": re.sub(r'cpuset="[^"]*"', 'cpuset="-1"', small),
        "cpuset very long": re.sub(r'cpuset="0x00000003"', 'cpuset="' + ",".join(["0xffffffff"] * 600) + '"', small),
        "CPU number huge": topology(numa([4000]) + core([4000]), [4000]),
        "os_index huge": small.replace('os_index="1"', 'os_index="4294967295"'),
        "os_index negative": small.replace('os_index="1"', 'os_index="-2147483649"'),
        "os_index missing": re.sub(r' os_index="\d+"', "", small), "os_index text": re.sub(r'os_index="\d+"', 'os_index="one"', small),
        "type missing": small.replace('type="Core"', ""), "type unknown": small.replace('type="Core"', 'type="Kernel"'),
        "type empty": small.replace('type="Core"', 'type=""'), "type twice": small.replace('type="Core"', 'type="Core" type="PU"'),
        "machine in machine": topology(topology(package([0]), [0]).split("\n", 3)[3], [0]),
        "cores in a PU": topology(numa([0]) + obj("PU", core([0]), [0], [0], os_index=0), [0]),
        "deep groups": nested(30), "deeper groups": nested(110), "not closed": small.replace("</object>", "", 1), "closed twice": small + "</topology>",
        "version three": topology(package([0, 1]), [0, 1], version="3.0"),
        "version one": topology(package([0, 1]), [0, 1], version="1.0"), "version none": small.replace(' version="2.0"', ""),
        "version huge": topology(package([0]), [0], version="9999999999.1"), "root unknown": "<root/>", "topology empty": '<topology version="2.0"/>',
        "caches": topology(numa([0, 1]) + obj("L3Cache", core([0]) + core([1]), [0, 1], [0], cache_size=1, depth=3, cache_linesize=64, cache_associativity=0, cache_type=0), [0, 1]),
        "cache size negative": topology(numa([0]) + obj("L3Cache", core([0]), [0], [0], cache_size=-1, depth=-3, cache_type=99), [0]),
        "info of a machine": topology('<info name="DMIProductName" value="p5&#10;&quot;.48xlarge"/>' + package([0]), [0]),
        "info without value": topology('<info name="DMIProductName"/>' + package([0]), [0]),
        "info invalid utf8": topology('<info name="DMIProductName" value="\udcff\udcfe"/>' + package([0]), [0]).encode(errors="surrogateescape"),
        "distances": small.replace("</topology>", '<distances2 type="NUMANode" nbobjs="2" kind="5" indexing="os"><indexes length="3">0 1</indexes><u64values length="9">1 2 3 4</u64values></distances2></topology>'),
        "distances huge": small.replace("</topology>", '<distances2 type="NUMANode" nbobjs="2147483647" kind="5" indexing="os"></distances2></topology>'),
        "distances negative": small.replace("</topology>", '<distances2 type="PU" nbobjs="-1" kind="5" indexing="gp"></distances2></topology>'),
        "memattr": small.replace("</topology>", '<memattr name="x" flags="99"><memattr_value target_obj_gp_index="9" value="1"/></memattr></topology>'),
        "cpukind": small.replace("</topology>", '<cpukind cpuset="0xf...f" forced_efficiency="-9"><info name="a" value="b"/></cpukind></topology>'),
        "support": small.replace("</topology>", '<support name="custom.exported_support" value="9"/></topology>'),
        "userdata": topology('<userdata name="x" length="99999" encoding="base64">AAAA</userdata>' + package([0]), [0]),
        "userdata negative": topology('<userdata length="-1">AAAA</userdata>' + package([0]), [0]),
        "page types": small.replace('count="1"', 'count="99999999999999999999"'),
        "entity bomb": '<?xml version="1.0"?><!DOCTYPE topology [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(8)) + ']>\n<topology version="2.0">&i;</topology>',
        "entity of a file": '<?xml version="1.0"?><!DOCTYPE topology [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<topology version="2.0">&a;</topology>',
        "entity unknown": small.replace('type="Core"', 'type="&core;"'), "entity not ended": small.replace('type="Core"', 'type="&#'),
        "comment not ended": small[:200] + "<!--", "cdata": topology("<![CDATA[x]]>" + package([0]), [0]),
        "empty": "", "blank": " ", "nul": b"\0", "nul in the middle": small.encode()[:400] + b"\0" + small.encode()[400:],
        "byte order mark": b"\xef\xbb\xbf" + small.encode(), "utf16": small.encode("utf-16"), "json": "{}", "only the head": HEAD,
        "attribute without quotes": small.replace('"Core"', "Core"), "single quotes": small.replace('"', "'"),
        "angle brackets": "<" * 500, "attribute without end": small[:300].rpartition('"')[0],
    }
    for at in (100, 250, 400, 600, 900):
        quick[f"truncated at {at}"] = nics[:at]
    for name, text in quick.items():
        write("topology_xml", name, text)
    steps = {"512 ranks": "512", "no ranks": "0", "wide ranks": "2 65534", "threads": "4 1 2", "one rank a nic": "8 0 0 1",
             "CPUs elsewhere": "4 0 0 128 4096-8191", "one CPU": "4 0 0 128 3", "no CPUs": "4 0 0 128 ", "GPUs": "4 0 0 128 all 0,1",
             "GPU twice": "4 0 0 128 all 0,0,0", "GPU unknown": "4 0 0 128 all 7,GPU-x", "more ranks than GPUs": "8 0 0 128 all 0,1 by:gpu"}
    for word in WORDS["policies"] + WORDS["selections"] + ["reserve:1", "reserve:65536", "smt:2", "strict", "nics:2", "nics:65536", "omp:set", "mem:bind"]:
        steps[f"request {word}"] = f"5 0 0 128 all 0,1 {word}"
    for name, words in steps.items():
        write("topology_xml", f"step {name}", step(nics, words))


# --- machine records -------------------------------------------------------------------------------


def machine(**changes):
    record = {
        "schema": "fairlead.machine/1", "boot_id": "b", "hwloc": "2.9.0", "slurm_asked": True, "name": "m", "libfabric": "", "cpus": "0-7",
        "numa_nodes": [{"os_index": 0, "package": 0, "cpus": "0-3"}, {"os_index": 1, "package": 1, "cpus": "4-7"}],
        "cores": [{"pus": [2 * i, 2 * i + 1], "numa": i // 2, "cache": i // 2} for i in range(4)],
        "efas": [device("efa0", "0000:10:00.0", "0-3", 0), device("efa1", "0000:20:00.0", "4-7", 1)],
        "gpus": [device("0000:11:00.0", "0000:11:00.0", "0-3", 0), device("0000:21:00.0", "0000:21:00.0", "4-7", 1)],
    }
    return record | changes


def device(name, address, near, bridge_number, **changes):
    return {"name": name, "pci": address, "near": near, "bridge": bridge_number, "uuid": "", "minor": -1} | changes


def cores(*lists, numa_node=0, cache=-1):
    return [{"pus": pus, "numa": numa_node, "cache": cache} for pus in lists]


def records():
    plain = machine()
    one_node = [{"os_index": 0, "package": 0, "cpus": "0-7"}]
    bad = {
        "good": plain, "no devices": machine(efas=[], gpus=[]), "no caches": machine(cores=cores([0], [1])),
        "duplicate PUs": machine(cores=cores([0], [0], [1])), "duplicate PU in a core": machine(cores=cores([0, 0, 1, 1], [2])),
        "PUs that overlap": machine(cores=cores([0, 1], [1, 2], [2, 3])), "PU outside the machine": machine(cores=cores([9])),
        "PU outside its node": machine(cores=cores([4])), "PU negative": machine(cores=cores([-1])), "PU 65535": machine(cores=cores([65535]), cpus="0-65535"),
        "PU 65536": machine(cores=cores([65536])), "PU past int": machine(cores=cores([2**32])), "PU past long": machine(cores=cores([2**64])),
        "PU float": machine(cores=cores([0.5])), "PU float huge": machine(cores=cores([1e300])), "PU text": machine(cores=cores(["0"])), "PU null": machine(cores=cores([None])),
        "PU bool": machine(cores=cores([True])), "PU unsorted": machine(cores=cores([3, 0, 2, 1])), "no PU": machine(cores=cores([])), "no cores": machine(cores=[]),
        "many PUs": machine(cores=cores(list(range(1000))), cpus="0-999"), "many cores": machine(cores=cores(*[[i] for i in range(200)]), cpus="0-199"),
        "core twice": machine(cores=cores([0], [0])), "cores no list": machine(cores={}), "core no object": machine(cores=[1]),
        "numa negative": machine(cores=cores([0], numa_node=-1)), "numa past the end": machine(cores=cores([0], numa_node=2)), "numa past int": machine(cores=cores([0], numa_node=2**32)),
        "cache negative": machine(cores=cores([0], cache=-(2**31))), "cache huge": machine(cores=cores([0], [1], cache=2**31 - 1)),
        "no numa nodes": machine(numa_nodes=[]), "NUMA nodes without CPUs": machine(numa_nodes=[{"os_index": 0, "package": 0, "cpus": ""}] * 2),
        "NUMA nodes overlap": machine(numa_nodes=one_node * 2), "NUMA nodes elsewhere": machine(numa_nodes=[{"os_index": 0, "package": 0, "cpus": "100-200"}] * 2),
        "many NUMA nodes": machine(numa_nodes=[{"os_index": i, "package": i, "cpus": f"{i}"} for i in range(64)], cores=[{"pus": [i], "numa": i, "cache": i} for i in range(64)], cpus="0-63"),
        "uneven NUMA nodes": machine(cores=cores([0]) + cores([4], [5], [6], numa_node=1)), "os_index negative": machine(numa_nodes=[{"os_index": -5, "package": -7, "cpus": "0-7"}] * 2),
        "os_index huge": machine(numa_nodes=[{"os_index": 2**31 - 1, "package": 2**31 - 1, "cpus": "0-7"}] * 2), "package text": machine(numa_nodes=[{"os_index": 0, "package": "0", "cpus": "0-7"}] * 2),
        "cpus empty": machine(cpus=""), "cpus backwards": machine(cpus="7-0"), "cpus huge": machine(cpus="0-4294967295"), "cpus all": machine(cpus="0-65535"), "cpus elsewhere": machine(cpus="100-200"),
        "cpus number": machine(cpus=7), "cpus text": machine(cpus="zebra"), "cpus commas": machine(cpus=",,,"), "cpus many": machine(cpus=",".join(str(i) for i in range(0, 1000, 2))),
        "cpus some": machine(cpus="0,2,4"), "cpus spaces": machine(cpus=" 0 - 7 "), "name null": machine(name=None), "name long": machine(name="n" * 4000), "name with escapes": machine(name="\u0000\u001b\ud83d\ude00"),
        "lone surrogate": json.dumps(machine(name="N")).replace('"N"', '"\\ud800"'), "schema other": machine(schema="fairlead.machine/2"), "schema number": machine(schema=1),
        "efas null": machine(efas=None), "efa without near": machine(efas=[device("efa0", "0000:10:00.0", "", -1)]), "efa near elsewhere": machine(efas=[device("efa0", "p", "1000-2000", 5)]),
        "efa names alike": machine(efas=[device("efa0", "p", "0-3", 0)] * 3), "efa bridge negative": machine(efas=[device("efa0", "p", "0-3", -(2**31))] * 2), "efa bridge huge": machine(efas=[device("efa0", "p", "0-3", 2**31 - 1)] * 2),
        "efa name empty": machine(efas=[device("", "", "", 0)]), "efa near a part": machine(efas=[device("efa0", "p", "0", 0), device("efa1", "q", "3-4", 1)]), "many efas": machine(efas=[device(f"e{i}", f"{i:04x}", "0-3", i) for i in range(64)]),
        "many gpus": machine(gpus=[device(f"g{i}", f"{i:04x}", "4-7", i, minor=i) for i in range(64)]), "gpu minors alike": machine(gpus=[device("g", "g", "", 0, minor=0)] * 4),
        "gpu minor huge": machine(gpus=[device("g", "g", "", 0, minor=2**31 - 1)]), "gpu uuid": machine(gpus=[device("g", "g", "0-3", 9, uuid="GPU-0123")]), "gpus without efas": machine(efas=[]),
        "gpus share no nics": machine(gpus=[device(f"g{i}", f"{i}", "0-3", 7) for i in range(3)]), "device no object": machine(efas=[[]]), "device key missing": machine(efas=[{"name": "x"}]),
        "slurm": machine(slurm={"sockets": 2, "cores_per_socket": 4, "threads_per_core": 1}), "slurm negative": machine(slurm={"sockets": -1}),
        "slurm no object": machine(slurm=[2, 4, 1]), "slurm_asked number": machine(slurm_asked=1),
        "extra key": machine(zebra=1), "null": None, "list": [], "text": "text", "number": 1, "empty object": {},
    }
    for key in plain:
        bad[f"without {key}"] = {k: v for k, v in plain.items() if k != key}
    for name, value in bad.items():
        write("machine_record", name, value if isinstance(value, str) and value.startswith("{") else json.dumps(value))
    text = json.dumps(plain)
    raw = {"empty": "", "nul": b"\0", "nul inside": text.replace("efa0", "ef\0a0"), "invalid utf8": text.encode().replace(b"efa0", b"\xff\xfe"), "deep lists": "[" * 5000, "deep objects": '{"a":' * 2000, "deep and closed": "[" * 3000 + "]" * 3000,
           "key twice": text.replace('{"schema"', '{"cpus":"0","schema"', 1), "comment": "/*x*/" + text, "trailing comma": text[:-1] + ",}", "two values": text + text, "byte order mark": b"\xef\xbb\xbf" + text.encode(), "number long": "1" * 3000, "exponent": "1e999999"}
    for at in (1, 50, 200, 500, 800):
        raw[f"truncated at {at}"] = text[:at]
    for name, value in raw.items():
        write("machine_record", f"raw {name}", value)
    steps = {"512 ranks": "512", "wide ranks": "3 3", "threads": "8 1 2", "GPUs": "5 0 0 128 all 0,1", "nic limit": "9 0 0 1 all none by:nic", "crossing": "2 3 2 128 1-6 none"}
    for word in WORDS["policies"] + WORDS["selections"] + ["reserve:1", "reserve:3", "reserve:65536", "smt:1", "smt:2", "smt:65536", "strict", "nics:2", "ranks-per-nic:1"]:
        steps[word] = f"7 0 0 128 all 0,1 {word}"
        steps[f"no GPU {word}"] = f"3 0 0 128 1-7 none {word}"
    for name, words in steps.items():
        write("machine_record", f"step {name}", step(text + "\n", words))


# --- rules -----------------------------------------------------------------------------------------

RECIPES = pathlib.Path(__file__).parents[2] / "conf/policy-examples"
# Jobs: each is judged by many rules, as a submission and as an update.
JOBS = {
    "nothing": "",
    "much": """user=ada
group=users
group=operators
partition=gpu-a100,hpc
account=course-a
qos=urgent
reservation=workshop-may
wckey=flow
licenses=fluent:2@server,matlab
features=fast|slow&x86
gpu=a100:2
gpu=:4
tasks=64
cpus=128
least_nodes=2
most_nodes=40
memory=262144
time_limit=4000
exclusive=true
interactive=true
mail_type=END
mail_user=ada@evil.example
work_dir=/fsx/eu/x
environment.OMP_NUM_THREADS=4""",
    "batch": "interactive=false\npartition=interactive\nscript=module load gcc/9-el7\narray_size=6000\njob_name=4711\ntime_limit=30\nfeatures=arm\nrequeue=false",
    "unlimited": "time_limit=18446744073709551615\nmemory=18446744073709551615\ntasks=4294967295\nbegin_time=1\nqos=flexible\ndeadline=1893456000",
    "taken away": "account=\nqos=\nwckey=\npartition=\nfeatures=\ncomment=\nmail_user=\nlicenses=\ntime_limit=3000",
    "stranger": "stranger=\npartition=eu\naccount=chem\nrelease=",
    "root for others": "user=mallory\nby=root\npartition=teaching\nnodes=17\nmost_nodes=17",
    "tasks of gpus": "counted=\ntasks=64\ngpu=a100:16",
}
CHANGES = "account: x, qos: '{user}', tasks: 2, time_limit: 4h, memory: 64G, exclusive: true"
RULES = {
    "each verb": f"default: {{{CHANGES}}}, set: {{{CHANGES}}}, route: {{partition: '{{account}}', qos: y}}, append: {{features: f, comment: '{{user}}', licenses: 'x:1'}}, "
    "cap: {time_limit: 1h, memory: all, tasks: 1}, require: {account: 'no {account}', group: g}, hold: true, warn: '{rule} {nobody} {', reject: 'no {gpus} {user', stop: true",
    "observed": f"mode: observe, set: {{{CHANGES}}}, hold: true, reject: r, require: [qos]",
    "every test": "when: {partition: [gpu*, '?pc', cpu], account: {not: {regex: '^c.*$'}}, any: [{qos: set}, {not: {group: users}}, {all: [{tasks: '> 4'}, {time_limit: [1h..2h, '<= 2-0', ..5, 7..]}]}], "
    "exclusive: false, tres.gres/gpu: '1..4', tres.gres/gpu:a100: unset, environment.OMP_NUM_THREADS: '4', cpus_per_gpu: '>= 1', modify: false}, warn: w",
    "all required": "require: [partition, account, user, group, qos, features, nodes, gpus, gpu_type, cpus_per_gpu, script, interactive, modify]",
    "unlimited set": "set: {time_limit: unlimited, memory: all, tasks: 4294967280, begin_time: 2030-01-01T04:00:00Z}", "map required": "require: {qos: '{qos}{qos}'}",
    "stop alone": "stop: true", "hold not": "hold: false, warn: w", "literal": "set: {comment: |\n      many\n      lines\n    }",
    "release": "when: {partition: eu}, hold: true", "who": "when: {user: ada}, reject: r", "who else": "when: {user: {not: ada}}, set: {comment: c}, stop: true",
    "constraint": "append: {features: fast}", "constraint counted": "append: {features: '[a*2]'}", "nested": "when: " + "{not: " * 12 + "{qos: a}" + "}" * 12 + ", warn: w",
}
BAD_RULES = {
    "no action": "when: {qos: a}", "unknown key": "rejct: x", "unknown field": "when: {quos: a}, warn: w", "key twice": "warn: a, warn: b", "number as text": "set: {tasks: many}",
    "number large": "set: {tasks: 4294967281}", "number unlimited": "set: {tasks: unlimited}", "number huge": "set: {tasks: 99999999999999999999}", "number negative": "set: {tasks: -1}", "flag": "set: {exclusive: maybe}",
    "not writable": "set: {user: x}", "route elsewhere": "route: {account: x}", "append elsewhere": "append: {qos: x}", "cap text": "cap: {qos: x}", "require unknown": "require: [x]", "require map": "require: {x: y}",
    "require text": "require: qos", "require empty": "require: []", "when list": "when: [a], warn: w", "when empty": "when: {}, warn: w", "when text": "when: a, warn: w", "any map": "when: {any: {qos: a}}, warn: w",
    "any empty": "when: {any: []}, warn: w", "not list": "when: {not: [a]}, warn: w", "test empty": "when: {qos: {}}, warn: w", "test twice": "when: {qos: {not: a, regex: b}}, warn: w", "test list empty": "when: {qos: []}, warn: w",
    "test of lists": "when: {qos: [[a]]}, warn: w", "regex of number": "when: {tasks: {regex: a}}, warn: w", "regex open": "when: {qos: {regex: '('}}, warn: w", "regex huge": "when: {qos: {regex: '((a{1000}){1000}){1000}'}}, warn: w",
    "regex of list": "when: {qos: {regex: [a]}}, warn: w", "regex long": "when: {qos: {regex: '(x+x+)+y'}}, warn: w", "range backwards": "when: {tasks: 8..4}, warn: w", "range empty": "when: {tasks: ..}, warn: w", "range less than none": "when: {tasks: '< 0'}, warn: w",
    "more than unlimited": "when: {time_limit: '> unlimited'}, warn: w", "flag of text": "when: {exclusive: x}, warn: w", "flags": "when: {exclusive: [true]}, warn: w", "mode": "mode: off, warn: w", "hold text": "hold: yes please", "stop list": "stop: [true]",
    "message empty": "warn: ''", "message list": "warn: [w]", "message long": "warn: " + "w" * 1025, "value long": "set: {comment: " + "c" * 1025 + "}", "default map": "default: a", "deep": "when: " + "{not: " * 20 + "{qos: a}" + "}" * 20 + ", warn: w",
    "deep test": "when: {qos: " + "{not: " * 20 + "a" + "}" * 20 + "}, warn: w", "tres alone": "when: {tres: 1}, warn: w", "tres no name": "when: {tres.: 1}, warn: w", "environment alone": "when: {environment: a}, warn: w",
    "field with key": "when: {qos.a: b}, warn: w", "key is a list": "when: {[a]: b}, warn: w", "key is a map": "{a: b}: c, warn: w", "null": "warn: ~", "tag": "warn: !!binary x", "alias of nothing": "warn: *a",
    "merge": "<<: {warn: w}", "alias of itself": "when: &a {not: *a}, warn: w",
}
RULE_TEXTS = {
    "empty": "", "comment": "# nothing", "no schema": "policy: []", "schema alone": "schema: fairlead.policy/1", "schema other": "schema: fairlead.policy/2\npolicy: []", "schema list": "schema: [a]", "list": "[a]", "text": "a", "null": "~",
    "two documents": "schema: fairlead.policy/1\n---\npolicy: []", "other key": "schema: fairlead.policy/1\nrules: []", "policy map": "schema: fairlead.policy/1\npolicy: {}", "policy null": "schema: fairlead.policy/1\npolicy:", "rule text": "schema: fairlead.policy/1\npolicy: [a]",
    "rule without name": "schema: fairlead.policy/1\npolicy: [{warn: w}]", "name list": "schema: fairlead.policy/1\npolicy: [{name: [a], warn: w}]", "name empty": "schema: fairlead.policy/1\npolicy: [{name: '', warn: w}]",
    "name with escapes": 'schema: fairlead.policy/1\npolicy: [{name: "\\e[2J{rule}\\n", warn: "{rule}", reject: "{rule}"}]', "names alike": "schema: fairlead.policy/1\npolicy: [{name: a, warn: w}, {name: a, warn: w}]", "configuration": "schema: fairlead.config/1\nadmission: node\npolicy: [{name: a, warn: w}]",
    "configuration alone": "schema: fairlead.config/1", "deep lists": "[" * 2000, "deep maps": "{a: " * 1000, "deep and closed": "[" * 400 + "]" * 400, "tab": "schema:\tfairlead.policy/1\npolicy:\n\t- a", "nul": b"schema: fairlead.policy/1\0", "invalid utf8": b"\xff\xfe\x80",
    "utf16": "schema: fairlead.policy/1".encode("utf-16"), "byte order mark": "\ufeffschema: fairlead.policy/1\npolicy: []", "open quote": "schema: 'x", "open map": "schema: {", "directive": "%YAML 1.2\n---\nschema: fairlead.policy/1\npolicy: []",
    "repeated": "schema: fairlead.policy/1\npolicy:\n  - {name: a, when: {qos: x}, reject: r}\n  - {name: b, when: {qos: x}, reject: r}\n  - {name: c, when: {all: [{qos: x}, {qos: y}]}, stop: true}\n  - {name: d, stop: true}\n  - {name: e, warn: w}",
    "aliases": "schema: fairlead.policy/1\npolicy:\n  - {name: a0, when: &a0 {qos: x}, warn: w}\n" + "".join(f"  - {{name: a{i}, when: &a{i} {{any: [{', '.join([f'*a{i - 1}'] * 9)}]}}, warn: w}}\n" for i in range(1, 10)),
}


def job(rules, words):
    return rules + "\n--- \n" + words


def rules():
    for path in sorted(RECIPES.glob("*.yaml")):
        for number, name in enumerate(JOBS):
            if (number + len(path.stem)) % 3 == 0:
                write("rules", f"recipe {path.stem} {name}", job(path.read_text(), JOBS[name]))
    for name, text in RULES.items():
        for who, words in JOBS.items():
            write("rules", f"good {name} {who}", job(f"schema: fairlead.policy/1\npolicy:\n  - {{name: a, {text}}}\n", words))
    for name, text in BAD_RULES.items():
        write("rules", f"bad {name}", f"schema: fairlead.policy/1\npolicy:\n  - {{name: a, {text}}}\n")
    for name, text in RULE_TEXTS.items():
        write("rules", f"text {name}", text)


# Of Slurm's job description: unset values of each width, what rules of the fuzzer ask for, and texts that are lists.
DESCRIPTIONS = {
    "nothing": "", "small": "partition=cpu\naccount=bio\ntime_limit=30\nmin_nodes=1\nnum_tasks=1\nscript=#!/bin/sh",
    "capitals": "account=BIO\nqos=HIGH\nwckey=Grant", "empty texts": "partition=\naccount=\nfeatures=\ncomment=\nadmin_comment=\nmail_user=",
    "unset numbers": "min_nodes=4294967294\nmax_nodes=4294967295\nnum_tasks=4294967294\nntasks_per_node=65534\ncpus_per_task=65535\ntime_limit=4294967295\npn_min_memory=18446744073709551614",
    "largest": "min_nodes=4294967280\nmax_nodes=4294967280\nnum_tasks=4294967280\nntasks_per_node=65520\ncpus_per_task=65520\nmin_cpus=4294967280",
    "memory": "pn_min_memory=8192", "memory per cpu": "pn_min_memory=9223372036854784000\nnum_tasks=8", "memory all": "pn_min_memory=0",
    "gpus": "partition=gpu\ntres_per_job=gres/gpu:a100:4", "tasks of gpus": "tres_per_node=gpu:8\nntasks_per_tres=16\nmin_nodes=1\nmax_nodes=8", "gpus of tasks": "num_tasks=100\nntasks_per_tres=4",
    "range of nodes": "min_nodes=1\nmax_nodes=16\nntasks_per_node=64\ncpus_per_task=2", "range and tasks": "min_nodes=1\nmax_nodes=16\nntasks_per_node=64\nnum_tasks=100", "mincpus": "pn_min_cpus=96\nmax_nodes=4\nnum_tasks=8",
    "shared cpus": "overcommit=1\nmin_cpus=2\nmin_nodes=2\nsockets_per_node=2\ncores_per_socket=64\nthreads_per_core=2", "spread": "bitflags=256\nnum_tasks=8", "flags unset": "bitflags=18446744073709551614",
    "too long": "features=" + "a|" * 600 + "\nnum_tasks=8", "too long list": "tres_per_node=" + "gpu:a:1," * 200 + "\nmin_nodes=4", "too long nodes": "req_nodes=" + "n1," * 22000 + "\nnum_tasks=8", "gpus everywhere": "tres_per_job=gpu:1,gpu:a100:2\ntres_per_node=gres/gpu:h100:8\ntres_per_socket=gpu:1\ntres_per_task=gres/gpu:2,license/matlab:1\nmin_nodes=4\nnum_tasks=8\nsockets_per_node=2",
    "gpus odd": "tres_per_node=gpu:x:y:z:,,:,gpu:-1,gpu:99999999999999999999", "tres of others": "cpus_per_tres=gpu:4\nmem_per_tres=gpu:1024",
    "array": "array_inx=0-31:2%4", "array odd": "array_inx=5-1,x,%,0-", "array huge": "array_inx=0-4294967295", "array update": "array_inx=%5",
    "script": "script=#!/bin/sh\nname=t1", "arguments": "script=srun x\narg=run.sh\narg=a\narg=b c", "environment": "env=A=x\nenv=B\nenv==\nenv=", "mail": "mail_type=65535\nuser_id=1", "mail bits": "mail_type=2\nmail_user=x@y\nuser_id=1",
    "forged": "spank=FAIRLEAD_ADMITTED=1\nspank=_SLURM_SPANK_OPTION_fairlead_efa=required\nspank=OTHER=1\nspank=FAIRLEAD_", "options": "spank=_SLURM_SPANK_OPTION_fairlead_efa=required\nspank=_SLURM_SPANK_OPTION_fairlead_placement=cluster\nmin_nodes=4",
    "options odd": "spank=_SLURM_SPANK_OPTION_fairlead_efa=maybe\nspank=_SLURM_SPANK_OPTION_\nspank==", "named": "name=t\nshared=1\nbegin_time=-1", "routed": "qos=low\npartition=cpu,gpu", "hold": "deadline=1900000000",
    "release": "priority=4294967295", "nice": "nice=2147483748", "nice upward": "nice=2147483548", "flags": "shared=0\nrequeue=0\ncontiguous=1\novercommit=1", "flags odd": "shared=65533\nrequeue=7\novercommit=255", "het": "het_job_offset=3\nenv=A=x",
    "features": "features=a|b", "features counted": "features=[a*2&b*1]", "licenses": "licenses=x:2;y|z=3(n1)", "comments": "comment=a;many;b\nadmin_comment=of bio in 1", "lists": "req_nodes=n[1-4],n9\nexc_nodes=n2\nreservation=a,b\ndependency=afterok:1",
    "others": "alloc_node=login\ncontainer=/oci\nnetwork=verbs\nburst_buffer=#BB\nextra=x\nwork_dir=/tmp", "user": "user_id=4294967294",
    "stage options": "partition=hpc\nspank=STAGE_REQUEST=[]\nscript=#STAGE in src=/fsx/a dst=/scratch/b\n", "stage script": "name=x\nscript=#STAGE in src=/fsx/a dst=/scratch/b\nuser_id=1\n",
    "no utf8": b"account=\xff\xfe\npartition=\x80\ncomment=\xc0\xaf",
}


def descriptions():
    for name, lines in DESCRIPTIONS.items():
        write("description", name, lines)


# --- what a job stages ----------------------------------------------------------------------------

LINE = "in src=s3://lab/a/ dst=/fsx/a/"
RECORD = {
    "schema": "fairlead.staging/1", "id": "17",
    "transfers": [{"direction": "in", "source": "s3://lab/a", "destination": "/fsx/a", "verify": "checksum",
                   "when": "start", "on_fail": "hold"}],
}
STAGING = {
    "empty": "", "line": LINE, "line out": "out src=/fsx/%u/%j/out/ dst=s3://lab/%x/%A/%a/ when=success verify=size",
    "line all": LINE + " verify=checksum when=start on-fail=run", "line always": "out src=/a dst=/b when=always",
    "line hold": LINE + " on-fail=hold", "line profile": "in profile=ref", "line profile out": "out profile=ref",
    "line profile and paths": "in profile=ref src=/a dst=/b", "line profile odd": "in profile=a/b", "line profile twice": "in profile=a profile=b",
    "line quotes": 'in src="/fsx/my data" dst=\'/fsx/"quoted"\'', "line quote open": 'in src="/fsx/a dst=/fsx/b', "line quote empty": 'in "" src=/a dst=/b',
    "line quotes joined": "in src=/a'b \"c'\"d e\" dst=/b", "line no direction": "src=/a dst=/b", "line direction misspelt": "inn src=/a dst=/b",
    "line direction alone": "out", "line word unknown": LINE + " colour=red", "line word misspelt": "in scr=/a dst=/b", "line word twice": "in src=/a src=/b dst=/c",
    "line no value": "in src= dst=/b", "line no equals": "in src dst=/b", "line no source": "in dst=/b", "line no destination": "out src=/a",
    "line when of in": LINE + " when=success", "line on fail of out": "out src=/a dst=/b on-fail=run", "line verify odd": LINE + " verify=md5",
    "line to s3": "in src=/a dst=s3://lab/a", "line from s3": "out src=s3://lab/a dst=/a", "line s3 to s3": "in src=s3://a/b dst=s3://c/d",
    "line parent": "in src=/a/../b dst=/c", "line dot": "in src=/a/./b dst=/c", "line relative": "in src=a dst=/c", "line bucket alone": "in src=s3://lab dst=/c",
    "line no bucket": "in src=s3:/// dst=/c", "line symbol unknown": "in src=/a/%q dst=/c", "line symbol open": "in src=/a/% dst=/c", "line percent": "in src=/a/%%j%%%u dst=/c%%",
    "line blanks": "\t in \t src=/a \r dst=/b \r", "line control": "in src=/a\x01b dst=/c", "line nul": "in src=/a\0b dst=/c", "line utf8": "in src=/ä/\u2028 dst=/ñ",
    "line no utf8": b"in src=/a\xff dst=/c", "line overlong": b"in src=/a\xc0\xaf dst=/c", "line shell": "in src=/$(id) dst=/`id`;x",
    "line name longest": "in src=/" + "a" * 255 + " dst=/b", "line name too long": "in src=/" + "a" * 256 + " dst=/b",
    "line path longest": "in src=" + "/aaaaaaa" * 500 + " dst=/b", "line path too long": "in src=" + "/aaaaaaa" * 501 + " dst=/b", "line key too long": "in src=s3://lab/" + "k/" * 513 + " dst=/b",
    "line too long": "in src=/a dst=/b" + " " * 8000, "option": "s3://lab/data/:/fsx/data", "option out": "/fsx/out:s3://lab/out", "option paths": "/a:/b",
    "option colons": "s3://lab/a:b.dat:/fsx/c:d", "option no destination": "s3://lab/data/", "option colon alone": ":", "option profile": "profile=ref", "option profile empty": "profile=",
    "option too long": "/" + "a/" * 450 + ":/b", "option s3 thrice": "s3://a/b:s3://c/d:s3://e/f", "options": "17\nin s3://lab/a:/fsx/a\nout /fsx/b:s3://lab/b\nin profile=ref",
    "options alone": "17", "options no id": "\nin /a:/b", "options id odd": "x17\nin /a:/b", "options id long": "1" * 21, "options way odd": "17\nup /a:/b", "options no blank": "17\nin",
    "options many": "17" + "\nin /a:/b" * 33, "options large": "17" + ("\nin /" + "a/" * 400 + ":/b") * 32 + "x" * 8000,
    "script": "#!/bin/sh\n#SBATCH -N2\n#STAGE " + LINE + "\n\n#STAGE out profile=ref\nsrun x\n#STAGE bad", "script bad": "#!/bin/sh\n#STAGE bad",
    "script glued": "#STAGEin src=/a dst=/b", "script alone": "#STAGE", "script dos": "#STAGE " + LINE + "\r\nx\r\n", "script many": ("#STAGE in src=/%d dst=/b\n" * 33) % tuple(range(33)),
    "script same": "#STAGE in src=/a dst=/b\n" * 32, "script profile unknown": "#STAGE in profile=reff", "script no end": "#" * 4096,
    "record": json.dumps(RECORD), "record id": json.dumps(RECORD | {"id": "x"}), "record schema": json.dumps(RECORD | {"schema": "fairlead.staging/9"}),
    "record no list": json.dumps(RECORD | {"transfers": {}}), "record entry": json.dumps(RECORD | {"transfers": [7]}), "record way": json.dumps(RECORD | {"transfers": [RECORD["transfers"][0] | {"direction": "up"}]}),
    "record path": json.dumps(RECORD | {"transfers": [RECORD["transfers"][0] | {"destination": "/a/../b"}]}), "record many": json.dumps(RECORD | {"transfers": RECORD["transfers"] * 33}),
    "record torn": json.dumps(RECORD)[:60], "record deep": "[" * 4096,
}


def staged():
    for name, text in STAGING.items():
        write("staging", name, text)


def store():
    for path, data in INPUTS.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def differing():
    """What is there and not of this script, and what is not there as this script has it."""
    strangers = [path for path in CORPUS.glob("*/*") if path not in INPUTS and not path.name.startswith("crash-")]
    return strangers + [path for path, data in INPUTS.items() if not path.is_file() or path.read_bytes() != data]


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        print("usage: tests/fuzz/make_corpus.py [--check]", file=sys.stderr)
        return 2
    for make in (requests, topologies, records, rules, descriptions, staged):
        make()
    if not sys.argv[1:]:
        store()
    odd = differing()
    for path in sorted(odd):
        print(f"{path.relative_to(CORPUS)}: not what make_corpus.py writes; run it, or give this a line there, or name it crash-*",
              file=sys.stderr)
    return 1 if odd else 0


sys.exit(main())
