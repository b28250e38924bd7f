package localnats

import "testing"

func TestMessagesAreSynced(t *testing.T) {
	s, err := Start(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if config := s.nats.JetStreamConfig(); config == nil || !config.SyncAlways {
		t.Errorf("JetStream does not sync each message: %+v", config)
	}
}
