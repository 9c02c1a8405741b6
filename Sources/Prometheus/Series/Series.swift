/// One line, or one group of bucket lines, of a metric: the values recorded under one set of labels.
protocol Series: AnyObject, Sendable {
    /// The metric the series belongs to.
    var metric: String { get }

    /// What tells the series from the metric's others.
    var labels: LabelSet { get }

    /// Appends the sample lines.
    func write(to exposition: inout TextExposition)
}
