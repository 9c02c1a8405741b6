import Foundation
import LocalServers

// A parent for the test that kills one: starts both servers in the folder given, says their process ids and waits to be killed.
let directory = CommandLine.arguments[1]
let postgres = try await PostgresCluster(directory: directory + "/postgres", settings: .forTests).start()
let redis = try await RedisServer(directory: directory + "/redis").start()
try Data("\(postgres.pid) \(redis.pid)\n".utf8).write(to: URL(fileURLWithPath: directory + "/pids"), options: .atomic)
_ = await postgres.exitStatus()
