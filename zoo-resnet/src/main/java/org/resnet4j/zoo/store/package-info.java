/**
 * Published files: fetched once over HTTP, checked, kept in a cache folder.
 *
 * <p>{@link org.resnet4j.zoo.store.WeightStore} is the entry. Three settings, each an environment variable or the
 * system property behind it, which goes first:
 * <ul>
 *   <li>{@code RESNET4J_CACHE}, {@code resnet4j.cache}: the folder; else {@code resnet4j} in the system's cache folder
 *   <li>{@code RESNET4J_OFFLINE}, {@code resnet4j.offline}: {@code true} forbids the network
 *   <li>{@code RESNET4J_MIRROR}, {@code resnet4j.mirror}: an address under which all files lie by name; no other is
 *       then asked
 * </ul>
 */
package org.resnet4j.zoo.store;
