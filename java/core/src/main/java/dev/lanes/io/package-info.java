/** Arrays in files. */
package dev.lanes.io;
