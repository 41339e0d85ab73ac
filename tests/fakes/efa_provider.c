/* A libfabric provider that calls itself efa, for machines without one: libefa-fi.so in a folder
 * that FI_PROVIDER_PATH names. It offers what the file `devices` beside it says, one a line:
 *
 *     NAME DOMAIN:BUS:DEVICE.FUNCTION    an endpoint on that PCI device
 *     hang                               never answers
 *     crash                              aborts
 *
 * Without the file, or without a line, it offers nothing. The environment says nothing to it: the
 * probe runs with an empty one. (Entry point and structures: fi_provider(3), fi_nic(3).) */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <rdma/fabric.h>
#include <rdma/fi_errno.h>
#include <rdma/providers/fi_prov.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE* open_devices(void) {
    Dl_info self;
    char path[4096];
    if (!dladdr((void*)open_devices, &self) || !self.dli_fname)
        return NULL;
    const char* slash = strrchr(self.dli_fname, '/');
    const int folder = slash ? (int)(slash - self.dli_fname) : 0;
    snprintf(path, sizeof path, "%.*s/devices", folder, self.dli_fname);
    return fopen(path, "r");
}

/* fi_freeinfo(3) closes what an offer says of its interface. */
static int close_nic(struct fid* fid) {
    struct fid_nic* nic = (struct fid_nic*)fid;
    free(nic->device_attr->name);
    free(nic->device_attr);
    free(nic->bus_attr);
    free(nic->link_attr);
    free(nic);
    return 0;
}

static struct fi_ops nic_ops = {.size = sizeof(struct fi_ops), .close = close_nic};

static struct fid_nic* new_nic(const char* name, const struct fi_pci_attr* pci) {
    struct fid_nic* nic = calloc(1, sizeof *nic);
    nic->fid.fclass = FI_CLASS_NIC;
    nic->fid.ops = &nic_ops;
    nic->device_attr = calloc(1, sizeof *nic->device_attr);
    nic->device_attr->name = strdup(name);
    nic->bus_attr = calloc(1, sizeof *nic->bus_attr);
    nic->bus_attr->bus_type = FI_BUS_PCI;
    nic->bus_attr->attr.pci = *pci;
    nic->link_attr = calloc(1, sizeof *nic->link_attr);
    return nic;
}

static struct fi_info* new_offer(const char* line) {
    char name[64], domain[80];
    unsigned part[4];
    if (sscanf(line, "%63s %x:%x:%x.%x", name, &part[0], &part[1], &part[2], &part[3]) != 5)
        return NULL;
    const struct fi_pci_attr pci = {.domain_id = (uint16_t)part[0],
                                    .bus_id = (uint8_t)part[1],
                                    .device_id = (uint8_t)part[2],
                                    .function_id = (uint8_t)part[3]};
    struct fi_info* offer = fi_allocinfo();
    snprintf(domain, sizeof domain, "%s-rdm", name);
    offer->caps = FI_MSG | FI_TAGGED | FI_RMA;
    offer->addr_format = FI_ADDR_EFA;
    offer->ep_attr->type = FI_EP_RDM;
    offer->ep_attr->protocol = FI_PROTO_EFA;
    offer->domain_attr->name = strdup(domain);
    offer->fabric_attr->name = strdup("efa");
    offer->fabric_attr->prov_version = FI_VERSION(1, 17);
    offer->nic = new_nic(name, &pci);
    return offer;
}

static void obey(const char* line) {
    if (strncmp(line, "hang", 4) == 0)
        for (;;)
            pause();
    if (strncmp(line, "crash", 5) == 0) {
        signal(SIGABRT, SIG_DFL); /* the psm libraries that Debian's libfabric loads catch it */
        abort();
    }
}

static int offers(uint32_t version, const char* node, const char* service, uint64_t flags,
                  const struct fi_info* hints, struct fi_info** found) {
    (void)version, (void)node, (void)service, (void)flags, (void)hints;
    struct fi_info** last = found;
    char line[128];
    FILE* file = open_devices();
    *found = NULL;
    while (file && fgets(line, sizeof line, file)) {
        obey(line);
        if ((*last = new_offer(line)))
            last = &(*last)->next;
    }
    if (file)
        fclose(file);
    return *found ? 0 : -FI_ENODATA;
}

static int no_fabric(struct fi_fabric_attr* attributes, struct fid_fabric** fabric, void* context) {
    (void)attributes, (void)fabric, (void)context;
    return -FI_ENOSYS;
}

static void nothing(void) {}

static struct fi_provider provider = {.version =
                                          FI_VERSION(9999, 0), /* newer than any that is built in */
                                      .fi_version = FI_VERSION(FI_MAJOR_VERSION, FI_MINOR_VERSION),
                                      .name = "efa",
                                      .getinfo = offers,
                                      .fabric = no_fabric,
                                      .cleanup = nothing};

__attribute__((visibility("default"))) struct fi_provider* fi_prov_ini(void);
struct fi_provider* fi_prov_ini(void) { return &provider; }
