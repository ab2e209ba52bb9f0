package org.stellwerk.rpc.akka;

import akka.actor.Address;
import akka.remote.UniqueAddress;
import akka.remote.artery.RemotingFlightRecorder;
import akka.stream.scaladsl.Framing;
import java.net.InetSocketAddress;

/**
 * Ends a connection on which something came that is no frame. Artery believes every length: a
 * negative one makes it read the same bytes again and again, for ever and at full speed, long after
 * the connection has ended. Its flight recorder is told the size of each frame before anybody reads
 * it; this one records nothing, and throws. Stateless.
 */
final class InboundFrameGuard implements RemotingFlightRecorder {

  /** The class that Artery makes its flight recorder of. */
  static final String IN_PLACE_OF = "akka.remote.artery.jfr.JFRRemotingFlightRecorder";

  /** The fixed part of Artery's envelope. */
  static final int SMALLEST = 28;

  private final int largest;

  InboundFrameGuard(int largest) {
    this.largest = largest;
  }

  @Override
  public void tcpInboundReceived(int size) {
    if (size < SMALLEST || size > largest) {
      throw new Framing.FramingException("a frame of " + size + " bytes");
    }
  }

  @Override
  public void transportMediaDriverStarted(String text) {}

  @Override
  public void transportStarted() {}

  @Override
  public void transportAeronErrorLogStarted() {}

  @Override
  public void transportTaskRunnerStarted() {}

  @Override
  public void transportUniqueAddressSet(UniqueAddress peer) {}

  @Override
  public void transportMaterializerStarted() {}

  @Override
  public void transportStartupFinished() {}

  @Override
  public void transportKillSwitchPulled() {}

  @Override
  public void transportStopped() {}

  @Override
  public void transportAeronErrorLogTaskStopped() {}

  @Override
  public void transportMediaFileDeleted() {}

  @Override
  public void transportSendQueueOverflow(int number) {}

  @Override
  public void transportStopIdleOutbound(Address address, int number) {}

  @Override
  public void transportQuarantined(Address address, long value) {}

  @Override
  public void transportRemoveQuarantined(Address address) {}

  @Override
  public void transportRestartOutbound(Address address, String text) {}

  @Override
  public void transportRestartInbound(UniqueAddress peer, String text) {}

  @Override
  public void aeronSinkStarted(String text, int number) {}

  @Override
  public void aeronSinkTaskRunnerRemoved(String text, int number) {}

  @Override
  public void aeronSinkPublicationClosed(String text, int number) {}

  @Override
  public void aeronSinkPublicationClosedUnexpectedly(String text, int number) {}

  @Override
  public void aeronSinkStopped(String text, int number) {}

  @Override
  public void aeronSinkEnvelopeGrabbed(int number) {}

  @Override
  public void aeronSinkEnvelopeOffered(int number) {}

  @Override
  public void aeronSinkGaveUpEnvelope(String text) {}

  @Override
  public void aeronSinkDelegateToTaskRunner(long value) {}

  @Override
  public void aeronSinkReturnFromTaskRunner(long value) {}

  @Override
  public void aeronSourceStarted(String text, int number) {}

  @Override
  public void aeronSourceStopped(String text, int number) {}

  @Override
  public void aeronSourceReceived(int number) {}

  @Override
  public void aeronSourceDelegateToTaskRunner(long value) {}

  @Override
  public void aeronSourceReturnFromTaskRunner(long value) {}

  @Override
  public void compressionActorRefAdvertisement(long value) {}

  @Override
  public void compressionClassManifestAdvertisement(long value) {}

  @Override
  public void tcpOutboundConnected(Address address, String text) {}

  @Override
  public void tcpOutboundSent(int number) {}

  @Override
  public void tcpInboundBound(String text, InetSocketAddress remote) {}

  @Override
  public void tcpInboundUnbound(UniqueAddress peer) {}

  @Override
  public void tcpInboundConnected(InetSocketAddress remote) {}
}
