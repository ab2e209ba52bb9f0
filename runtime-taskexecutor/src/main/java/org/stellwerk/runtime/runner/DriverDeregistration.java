package org.stellwerk.runtime.runner;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * Deregisters the JDBC drivers of the class loader that has defined this class: the DriverManager
 * lets only those do that who see the driver's class. Each {@link JobClassLoader} whose job brings
 * drivers defines its own copy, for otherwise they would keep the loader for ever.
 */
public final class DriverDeregistration implements Runnable {

  @Override
  public void run() {
    ClassLoader own = DriverDeregistration.class.getClassLoader();
    List<Driver> drivers = DriverManager.drivers().toList();
    for (Driver driver : drivers) {
      if (driver.getClass().getClassLoader() == own) {
        deregister(driver);
      }
    }
  }

  private static void deregister(Driver driver) {
    try {
      DriverManager.deregisterDriver(driver);
    } catch (SQLException e) {
      throw new IllegalStateException("The driver " + driver.getClass() + " stays registered", e);
    }
  }
}
