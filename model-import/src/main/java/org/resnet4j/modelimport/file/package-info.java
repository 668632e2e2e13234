/** Files as bytes from strangers: HDF5, zip and NumPy archives, with everything bounded before it is believed. */
package org.resnet4j.modelimport.file;
