package org.nixlconform.architecture.planted.plan;

final class StartsThread {
    Thread thread = new Thread(() -> {});
}
