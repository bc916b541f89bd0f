// The same SCORE (64-float listener vector, 100 track ids in, 100 floats out) over gRPC C++: what a caller would use instead.
// `peer server` prints the port it took and serves until it is killed; `peer client PORT IN_FLIGHT SECONDS` calls in a closed loop,
// one thread per call in flight, after one second of warm-up, and prints one JSON object.
#include <grpcpp/grpcpp.h>
#include "score.grpc.pb.h"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>
using Clock = std::chrono::steady_clock;

struct Service final : peer::Scorer::Service {
  float rows[100 * 64] = {};
  grpc::Status Score(grpc::ServerContext*, const peer::Req* request, peer::Rep* reply) override {
    for (int i = 0; i < request->tracks_size(); i++) {
      float sum = 0;
      for (int j = 0; j < 64; j++) sum += request->listener(j) * rows[(i % 100) * 64 + j];
      reply->add_scores(sum);
    }
    return grpc::Status::OK;
  }
};

static int serve() {
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (!server) return 1;
  printf("%d\n", port);
  fflush(stdout);
  server->Wait();
  return 0;
}

enum Phase { warmUp, measure, stop };

static int call(const std::string& port, int inFlight, double seconds) {
  auto stub = peer::Scorer::NewStub(grpc::CreateChannel("127.0.0.1:" + port, grpc::InsecureChannelCredentials()));
  peer::Req request;
  for (int i = 0; i < 64; i++) request.add_listener(i * 0.01f);
  for (int i = 0; i < 100; i++) request.add_tracks(i * 7);
  std::atomic<int> phase{warmUp};
  std::vector<std::vector<double>> micros(inFlight);
  std::vector<std::thread> threads;
  for (int t = 0; t < inFlight; t++) threads.emplace_back([&, t] {
    while (phase != stop) {
      auto begun = Clock::now();
      peer::Rep reply;
      grpc::ClientContext context;
      if (!stub->Score(&context, request, &reply).ok() || reply.scores_size() != 100) exit(1);
      if (phase == measure) micros[t].push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
    }
  });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  auto begun = Clock::now();
  phase = measure;
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  phase = stop;
  double measured = std::chrono::duration<double>(Clock::now() - begun).count();
  std::vector<double> all;
  for (int t = 0; t < inFlight; t++) {
    threads[t].join();
    all.insert(all.end(), micros[t].begin(), micros[t].end());
  }
  if (all.empty()) return 1;
  std::sort(all.begin(), all.end());
  printf("{\"requests_per_second\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", all.size() / measured, all[all.size() / 2], all[all.size() * 99 / 100]);
  return 0;
}

int main(int argc, char** argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "server") return serve();
  if (mode == "client" && argc == 5) return call(argv[2], atoi(argv[3]), atof(argv[4]));
  fprintf(stderr, "peer server | peer client PORT IN_FLIGHT SECONDS\n");
  return 2;
}
