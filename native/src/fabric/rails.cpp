#include "rails.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "devices.h"
#include "real.h"
#include "topology.h"

namespace fabric {

namespace {

/* A provider's table with some functions replaced by ours. There is one for each table and rail, and it is kept. */
template <class Ops> struct replaced {
    Ops *real;
    int rail;
    replaced *next;
    Ops ours; /* the last member: a later libfabric's table is longer */

    static replaced *all;
};

template <class Ops> replaced<Ops> *replaced<Ops>::all;

template <class Ops> const replaced<Ops> &of(const Ops *ours) {
    return *reinterpret_cast<const replaced<Ops> *>(reinterpret_cast<const char *>(ours) - offsetof(replaced<Ops>, ours));
}

/* A table may have no function in a place, or end before it. */
template <class Ops, class Function> void put(Ops *ops, Function Ops::*place, Function ours) {
    if (ops->*place != nullptr) {
        ops->*place = ours;
    }
}

template <class Ops> Ops *replace(Ops *table, int rail, void (*put_ours)(Ops *)) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    replaced<Ops> *known = replaced<Ops>::all;
    /* A provider may open the same object twice: then its table is ours already. */
    while (known != nullptr && &known->ours != table && (known->real != table || known->rail != rail)) {
        known = known->next;
    }
    if (known == nullptr) {
        const size_t bytes = offsetof(replaced<Ops>, ours) + (table->size > sizeof(Ops) ? table->size : sizeof(Ops));
        known = static_cast<replaced<Ops> *>(calloc(1, bytes));
        if (known != nullptr) {
            memcpy(&known->ours, table, table->size); /* nothing but zeros after its end */
            put_ours(&known->ours);
            known->real = table;
            known->rail = rail;
            known->next = replaced<Ops>::all;
            replaced<Ops>::all = known;
        }
    }
    pthread_mutex_unlock(&lock);
    return known == nullptr ? table : &known->ours;
}

/* Bytes of one call, by how it names them. */
template <class... Rest> size_t bytes_of(const void *, size_t bytes, const Rest &...) { return bytes; }

template <class... Rest> size_t bytes_of(const iovec *parts, void **, size_t count, const Rest &...) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += parts[i].iov_len;
    }
    return bytes;
}

size_t bytes_of(const message *message, uint64_t) { return bytes_of(message->parts, message->descriptors, message->count); }

const message_ops *table_of(const endpoint_object *endpoint, const message_ops *) { return endpoint->message; }
const rma_ops *table_of(const endpoint_object *endpoint, const rma_ops *) { return endpoint->rma; }

/* Our function in a place of a table: calls the real one and counts what it took. */
template <auto Place, operation Kind> struct counted;

template <class Ops, class... Arguments, ssize_t (*Ops::*Place)(endpoint_object *, Arguments...), operation Kind>
struct counted<Place, Kind> {
    static ssize_t post(endpoint_object *endpoint, Arguments... arguments) {
        const replaced<Ops> &table = of(table_of(endpoint, static_cast<const Ops *>(nullptr)));
        const ssize_t answer = (table.real->*Place)(endpoint, arguments...);
        if (answer == 0) {
            count(table.rail, Kind, bytes_of(arguments...));
        }
        return answer;
    }

    static void in(Ops *ops) { put(ops, Place, post); }
};

void count_messages(message_ops *ops) {
    counted<&message_ops::send, sends>::in(ops);
    counted<&message_ops::sendv, sends>::in(ops);
    counted<&message_ops::sendmsg, sends>::in(ops);
    counted<&message_ops::inject, sends>::in(ops);
    counted<&message_ops::senddata, sends>::in(ops);
    counted<&message_ops::injectdata, sends>::in(ops);
}

void count_remote_memory(rma_ops *ops) {
    counted<&rma_ops::read, reads>::in(ops);
    counted<&rma_ops::readv, reads>::in(ops);
    counted<&rma_ops::readmsg, reads>::in(ops);
    counted<&rma_ops::write, writes>::in(ops);
    counted<&rma_ops::writev, writes>::in(ops);
    counted<&rma_ops::writemsg, writes>::in(ops);
    counted<&rma_ops::inject, writes>::in(ops);
    counted<&rma_ops::writedata, writes>::in(ops);
    counted<&rma_ops::injectdata, writes>::in(ops);
}

/* The rail that carries what is posted to a simulated device; -1 if it is none. */
int carrier(const info *shown) {
    const struct settings &settings = real().settings;
    const int rail = rail_of(shown->domain->name, settings.rails);
    return rail == settings.idle_rail ? 0 : rail;
}

/* Options that EFA has are taken, without effect: NIXL warns on each endpoint that does not take them. */
int set_option(endpoint_object *endpoint, int level, int name, const void *value, size_t bytes) {
    const bool own = name >= option_efa_first && name <= option_efa_last;
    if (own || name == option_cuda_permitted || name == option_shared_memory_permitted) {
        return 0;
    }
    return of(endpoint->ops).real->setopt(endpoint, level, name, value, bytes);
}

void put_options(endpoint_ops *ops) { put(ops, &endpoint_ops::setopt, set_option); }

int keep_endpoint(int answer, int rail, endpoint_object **opened) {
    if (answer == 0) {
        (*opened)->ops = replace((*opened)->ops, rail, put_options);
        if (real().settings.counters != nullptr) {
            (*opened)->message = replace((*opened)->message, rail, count_messages);
            (*opened)->rma = replace((*opened)->rma, rail, count_remote_memory);
        }
    }
    return answer;
}

int open_endpoint(domain_object *domain, info *shown, endpoint_object **opened, void *context) {
    const replaced<domain_ops> &table = of(domain->ops);
    below told(shown);
    return keep_endpoint(table.real->endpoint(domain, &told.info, opened, context), table.rail, opened);
}

int open_endpoint2(domain_object *domain, info *shown, endpoint_object **opened, uint64_t flags, void *context) {
    const replaced<domain_ops> &table = of(domain->ops);
    below told(shown);
    return keep_endpoint(table.real->endpoint2(domain, &told.info, opened, flags, context), table.rail, opened);
}

void put_endpoints(domain_ops *ops) {
    put(ops, &domain_ops::endpoint, open_endpoint);
    put(ops, &domain_ops::endpoint2, open_endpoint2);
}

int keep_domain(int answer, int rail, domain_object **opened) {
    if (answer == 0) {
        (*opened)->ops = replace((*opened)->ops, rail, put_endpoints);
    }
    return answer;
}

int open_domain(fabric_object *fabric, info *shown, domain_object **opened, void *context) {
    const int rail = carrier(shown);
    below told(shown);
    return rail < 0 ? no_data
                    : keep_domain(of(fabric->ops).real->domain(fabric, &told.info, opened, context), rail, opened);
}

int open_domain2(fabric_object *fabric, info *shown, domain_object **opened, uint64_t flags, void *context) {
    const int rail = carrier(shown);
    below told(shown);
    return rail < 0 ? no_data
                    : keep_domain(of(fabric->ops).real->domain2(fabric, &told.info, opened, flags, context), rail, opened);
}

void put_domains(fabric_ops *ops) {
    put(ops, &fabric_ops::domain, open_domain);
    put(ops, &fabric_ops::domain2, open_domain2);
}

int keep_fabric(int answer, fabric_object **opened) {
    if (answer == 0) {
        (*opened)->ops = replace((*opened)->ops, 0, put_domains);
    }
    return answer;
}

} // namespace

int open_fabric(fabric_attributes *attributes, fabric_object **opened, void *context) {
    if (!simulated(attributes)) {
        return real().fabric(attributes, opened, context);
    }
    fabric_attributes told = below_fabric(*attributes);
    return keep_fabric(real().fabric(&told, opened, context), opened);
}

int open_fabric2(info *shown, fabric_object **opened, uint64_t flags, void *context) {
    if (real().fabric2 == nullptr) {
        return not_implemented;
    }
    if (!simulated(shown->fabric)) {
        return real().fabric2(shown, opened, flags, context);
    }
    below told(shown);
    return keep_fabric(real().fabric2(&told.info, opened, flags, context), opened);
}

} // namespace fabric
